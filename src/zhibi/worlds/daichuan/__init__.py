"""岱川空气系统(山东)有限公司, a made-up maker and dealer of compressors: the demo company."""

from zhibi.worlds.daichuan.company import SEED, daichuan

__all__ = ["SEED", "daichuan"]
