"""Which files a post names, and what they should be."""

from runner.checks.files import Kind
from runner.checks.written import ConfigUse, Item


def files_of(config: ConfigUse) -> tuple[Item, ...]:
    """The files that a config names one by one."""
    return tuple(item for item in config.texts("material_list") if item.text)


def folder_of(config: ConfigUse) -> Item | None:
    """The folder that a config takes its material from."""
    if config.values.get("material_source") != "localFolder" or config.value("material_list"):
        return None
    return next(iter(config.texts("material_path")), None)


def kind_of(config: ConfigUse) -> Kind:
    """What a config posts."""
    return Kind.IMAGE if config.value("content_type") == 1 else Kind.VIDEO
