from zhibi.web.jobs.models.job import Job
from zhibi.web.jobs.models.schedule import Schedule

__all__ = ["Job", "Schedule"]
