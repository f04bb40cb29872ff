"""The kinds of step of the flow language: one file each. A new kind is added to this list."""

from runner.flows.flow import Action
from runner.flows.steps.commit import Commit
from runner.flows.steps.ending import Fail, Finish
from runner.flows.steps.expect import Expect
from runner.flows.steps.go_back import GoBack
from runner.flows.steps.launch import Launch
from runner.flows.steps.open_link import OpenLink
from runner.flows.steps.press import Press
from runner.flows.steps.remember import Remember
from runner.flows.steps.screenshot import Screenshot
from runner.flows.steps.share_file import ShareFile
from runner.flows.steps.swipe import Swipe
from runner.flows.steps.tap import Tap
from runner.flows.steps.type_text import Type
from runner.flows.steps.verify import Verify
from runner.flows.steps.wait_for import WaitFor
from runner.flows.steps.when import When

ACTIONS: tuple[type[Action], ...] = (
    Launch,
    OpenLink,
    ShareFile,
    Tap,
    Type,
    Swipe,
    Press,
    GoBack,
    WaitFor,
    Expect,
    When,
    Remember,
    Screenshot,
    Commit,
    Verify,
    Finish,
    Fail,
)
"""Every kind of step."""
