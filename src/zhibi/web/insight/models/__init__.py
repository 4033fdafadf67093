from zhibi.web.insight.models.analysis import Analysis, SavedAnalysis
from zhibi.web.insight.models.finding import FindingRecord

__all__ = ["Analysis", "FindingRecord", "SavedAnalysis"]
