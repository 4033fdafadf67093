"""A workspace of its own for each test that brings data in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from zhibi.web.data.models import Import
from zhibi.web.jobs.actions.do import do

ORDERS = """销售明细表
订单编号,客户名称,下单日期,产品名称,数量,金额(不含税),业务员
D1,青岛轮胎,2026-01-05,螺杆机,1,100000.10,Bob
D2,青岛轮胎,2026-03-09,滤芯,10,2000,Bob
D3,华数机械,2026-02-28,螺杆机,2,200000,Alice
D4,华数机械,不知道,滤芯,1,1,Alice
合计,,,,14,302001.10,
"""


@pytest.fixture
def workspace(settings: Settings, tmp_path: Path) -> Path:
    """An empty workspace that the web works on."""
    shutil.copy(settings.WORKSPACE / "zhibi.toml", tmp_path)
    settings.WORKSPACE = tmp_path
    settings.UPLOADS = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR = settings.UPLOADS
    return tmp_path


def file(text: str, name: str = "订单.csv", encoding: str = "gb18030") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(encoding))


def worked(uid: str) -> Import:
    """The import after the worker did what was asked."""
    one = Import.objects.select_related("job").get(uid=uid)
    assert one.job is not None
    do(one.job)
    return Import.objects.select_related("job").get(uid=uid)
