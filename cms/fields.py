"""Columns of kinds that Django has not."""

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField


class ChoicesField(ArrayField):
    """An array of choices, ticked in a form; Django would have people type them with commas between."""

    def formfield(self, **kwargs: Any) -> Any:
        ticks = {
            "form_class": forms.MultipleChoiceField,
            "choices": self.base_field.choices,
            "widget": forms.CheckboxSelectMultiple,
        }
        # Not `ArrayField.formfield`, which insists on a field of its own.
        return super(ArrayField, self).formfield(**ticks | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.contrib.postgres.fields.ArrayField", args, kwargs
