"""A person who signs in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from zhibi.web.fields import new_uid


class Role(models.TextChoices):
    """What a person does here; which accounts they see follows from it (`team.scope`)."""

    SALESPERSON = "salesperson", "salesperson"  # own accounts
    MANAGER = "manager", "manager"  # the accounts of the teams below
    DIRECTOR = "director", "director"  # all accounts
    ANALYST = "analyst", "analyst"  # all accounts, to read; brings in data
    ADMINISTRATOR = "administrator", "administrator"  # all, and people and settings


class UserManager(BaseUserManager["User"]):
    """What Django's sign-in asks for."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """`name` is as colleagues write it; the names in exports are `SellerName`."""

    uid = models.UUIDField(unique=True, default=new_uid, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=20, choices=Role, default=Role.SALESPERSON)
    language = models.CharField(max_length=10, default="", blank=True)  # zh-hans, en; "" company's
    time_zone = models.CharField(max_length=40, default="", blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    totp_secret = models.CharField(max_length=64, default="", blank=True)
    totp_last_step = models.BigIntegerField(default=0)  # a code is good once

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def brings_data(self) -> bool:
        """Whether this person may change the company's order facts by an import."""
        return self.role != Role.SALESPERSON


class SellerName(models.Model):
    """A name that order exports give a salesperson, and who that is."""

    name = models.CharField(max_length=120, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="seller_names")
