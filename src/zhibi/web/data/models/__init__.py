from zhibi.web.data.models.brought import Import, WrittenRecord

__all__ = ["Import", "WrittenRecord"]
