"""The kinds of step of the flow language: one file each. A new kind is added to this list."""

from runner.flows.flow import Action
from runner.flows.steps.add_to_gallery import AddToGallery
from runner.flows.steps.chance import Chance
from runner.flows.steps.clear import Clear
from runner.flows.steps.commit import Commit
from runner.flows.steps.ending import Fail, Finish, NeedsAPerson
from runner.flows.steps.expect import Expect
from runner.flows.steps.files import Pull, Push
from runner.flows.steps.for_each import ForEach
from runner.flows.steps.go_back import GoBack
from runner.flows.steps.launch import Launch
from runner.flows.steps.open_link import OpenLink
from runner.flows.steps.pause import Pause
from runner.flows.steps.pick import Pick
from runner.flows.steps.press import Press
from runner.flows.steps.remember import Remember
from runner.flows.steps.repeat import Repeat
from runner.flows.steps.screenshot import Screenshot
from runner.flows.steps.scroll_to import ScrollTo
from runner.flows.steps.set_value import Set
from runner.flows.steps.share_file import ShareFile
from runner.flows.steps.stop import Stop
from runner.flows.steps.swipe import Swipe
from runner.flows.steps.tap import DoubleTap, LongTap, Tap
from runner.flows.steps.tap_first import TapFirst
from runner.flows.steps.toast import Toast
from runner.flows.steps.type_text import Type
from runner.flows.steps.use import Use
from runner.flows.steps.verify import Verify
from runner.flows.steps.wait_for import WaitFor, WaitGone
from runner.flows.steps.when import When

ACTIONS: tuple[type[Action], ...] = (
    Launch,
    Stop,
    OpenLink,
    ShareFile,
    AddToGallery,
    Push,
    Pull,
    Tap,
    TapFirst,
    LongTap,
    DoubleTap,
    Type,
    Clear,
    Swipe,
    ScrollTo,
    Press,
    GoBack,
    WaitFor,
    WaitGone,
    Pause,
    Expect,
    When,
    Chance,
    Repeat,
    ForEach,
    Use,
    Remember,
    Set,
    Pick,
    Toast,
    Screenshot,
    Commit,
    Verify,
    Finish,
    Fail,
    NeedsAPerson,
)
"""Every kind of step."""
