from zhibi.web.insight.models.analysis import Analysis, SavedAnalysis
from zhibi.web.insight.models.finding import BaseRate, FindingRecord

__all__ = ["Analysis", "BaseRate", "FindingRecord", "SavedAnalysis"]
