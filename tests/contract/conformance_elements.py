"""Elements: uiautomator2's selectors, and xpath."""

import pytest
import uiautomator2 as u2
from conformance import GYM, Desk, differs, shows
from uiautomator2 import Direction
from uiautomator2.xpath import PageSource


def rid(name: str) -> str:
    return f"{GYM}:id/{name}"


@shows(
    "UiObject.click",
    "UiObject.click_exists",
    "UiObject.click_gone",
    "UiObject.long_click",
    "UiObject.exists",
    "UiObject.center",
    "UiObject.bounds",
    "UiObject.info",
)
def an_element_is_tapped(desk: Desk) -> None:
    d = desk.d
    press = d(text="Press")
    assert press.exists and press.info["className"] == "android.widget.Button"
    left, top, right, bottom = press.bounds()
    assert press.center() == ((left + right) / 2, (top + bottom) / 2) and press.center((0, 0)) == (left, top)
    press.click(offset=(0.1, 0.1))
    assert not d(text="Nobody").click_exists() and press.click_exists()
    d(text="Hold").long_click()
    assert d(text="Vanish").click_gone(maxretry=3, interval=0.01)
    assert desk.touches == [("press", "tap")] * 2 + [("hold", "long_press"), ("vanish", "tap")]
    with pytest.raises(u2.UiObjectNotFoundError):
        d(text="Nobody").click(timeout=0.01)


@shows(
    "UiObject.set_text",
    "UiObject.send_keys",
    "UiObject.get_text",
    "UiObject.clear_text",
    "UiObject.must_wait",
)
def an_element_takes_text(desk: Desk) -> None:
    field = desk.d(resourceId=rid("name"))
    field.must_wait(timeout=1)
    assert field.get_text() == "Your name"
    field.set_text("Kim")
    assert field.get_text() == "Kim" == desk.value("name")
    field.clear_text()
    field.send_keys("Alex")
    assert desk.value("name") == "Alex"


@shows("UiObject.wait", "UiObject.wait_gone", "UiObject.wait_timeout")
def an_element_is_waited_for(desk: Desk) -> None:
    d = desk.d
    assert d(text="Late").wait(timeout=5) and not d(text="Nobody").wait(timeout=0.01)
    assert d(text="Nobody").wait_gone(timeout=0.01) and not d(text="Late").wait_gone(timeout=0.01)
    assert d(text="Late").wait_timeout == 5


@shows(
    "UiObject.count",
    "UiObject.__len__",
    "UiObject.__iter__",
    "UiObject.__getitem__",
    "UiObject.info_list",
    "Selector.clone",
    "Selector.update_instance",
)
def elements_are_counted(desk: Desk) -> None:
    rows = desk.d(resourceId=rid("label"))
    assert rows.count == len(rows) == 4
    assert [row.get_text() for row in rows] == ["Row 1", "Row 2", "Row 3", "Row 4"]
    assert rows[2].get_text() == "Row 3" and rows[-1].get_text() == "Row 4"
    assert [info["contentDescription"] for info in rows.info_list()][1] == "About 2"
    second = rows.selector.clone()
    second.update_instance(1)
    assert desk.d(resourceId=rid("label"), instance=1).selector == second


@shows(
    "UiObject.child",
    "UiObject.child_selector",
    "UiObject.sibling",
    "UiObject.from_parent",
    "Selector.child",
    "Selector.sibling",
)
def elements_are_found_by_their_relatives(desk: Desk) -> None:
    d = desk.d
    rows = d(resourceId=rid("list"))
    assert rows.child(text="Note 2").get_text() == "Note 2"
    assert (
        rows.child_selector(resourceId=rid("row"), instance=1).child(resourceId=rid("label")).get_text()
        == "Row 2"
    )
    assert d(text="Row 3").sibling(resourceId=rid("note")).get_text() == "Note 3"
    assert d(text="Row 3").from_parent(resourceId=rid("note")).get_text() == "Note 3"
    assert not rows.child(text="Press").exists


@shows("UiObject.child_by_text", "UiObject.child_by_description", "UiObject.child_by_instance")
def elements_are_found_in_a_collection(desk: Desk) -> None:
    rows, row = desk.d(resourceId=rid("list")), {"resourceId": rid("row")}
    rows.child_by_text("Note 2", **row).click()
    assert desk.value("chosen") == "2"
    desk.d.press("back")
    found = rows.child_by_text("Row 20", allow_scroll_search=True, **row)
    assert found.exists and found.info["resourceName"] == rid("row")
    found.click()
    assert desk.value("chosen") == "20"
    desk.d.press("back")
    assert rows.child_by_description("About 3", **row).exists
    assert rows.child_by_description("About 18", allow_scroll_search=True, **row).exists
    second = rows.child_by_instance(1, resourceId=rid("label"))
    assert second.exists and not rows.child_by_instance(99, **row).exists
    with pytest.raises(u2.UiObjectNotFoundError):
        rows.child_by_text("Nobody", **row)


@shows("UiObject.left", "UiObject.right", "UiObject.up", "UiObject.down")
def elements_are_found_beside_others(desk: Desk) -> None:
    d = desk.d
    assert d(text="Press").left(className="android.widget.CheckBox").info["text"] == "News"
    assert d(text="Press").right(className="android.widget.Button").info["text"] == "Hold"
    assert d(text="Row 2").down(resourceId=rid("label")).info["text"] == "Row 3"
    assert d(text="Row 2").up(resourceId=rid("label")).info["text"] == "Row 1"


@shows("UiObject.scroll", "UiObject.fling", "UiObject.swipe", "UiObject.drag_to")
def elements_scroll(desk: Desk) -> None:
    d = desk.d
    rows, cards = d(resourceId=rid("list")), d(resourceId=rid("cards"))
    assert rows.scroll.vert.forward() and not d(text="Row 1").exists
    assert rows.scroll.backward() and d(text="Row 1").exists
    assert rows.scroll.toEnd() and d(text="Row 30").exists and not rows.scroll.forward()
    assert rows.scroll.toBeginning() and d(text="Row 1").exists
    assert rows.scroll.to(text="Row 15") and d(text="Row 15").exists and not rows.scroll.to(text="Nobody")
    assert rows.fling.toBeginning() and rows.fling.forward() and rows.fling.backward()
    assert rows.fling.toEnd() and d(text="Row 30").exists
    assert cards.scroll.horiz.forward() and not d(text="Card 1").exists
    assert cards.fling.horiz.toEnd() and d(text="Card 12").exists
    rows.swipe("down")
    assert not d(text="Row 30").exists
    rows.fling.toBeginning()
    d(text="Row 3").drag_to(text="Row 1", duration=0.05)
    assert not d(text="Row 1").exists
    top = rows.bounds()[1]
    rows.drag_to(360, top - 200, duration=0.05)
    assert not d(text="Row 3").exists


@shows("UiObject.pinch_in", "UiObject.pinch_out", "UiObject.gesture")
def two_fingers_move(desk: Desk) -> None:
    photo = desk.d(description="Photo")
    photo.pinch_in(percent=80, steps=10)
    assert desk.value("zoom") == "small"
    photo.pinch_out()
    assert desk.value("zoom") == "large"
    left, top, right, bottom = photo.bounds()
    middle = (top + bottom) // 2
    far, near = ((left + 5, middle), (right - 5, middle)), ((340, middle), (380, middle))
    photo.gesture(*far, *near, steps=20)
    assert desk.value("zoom") == "small"
    photo.gesture(*near, *far)
    assert desk.value("zoom") == "large"


@shows("UiObject.screenshot", "XPathSelector.screenshot", "XMLElement.screenshot")
def an_element_has_a_picture(desk: Desk) -> None:
    left, top, right, bottom = desk.d(text="Press").bounds()
    size = (right - left, bottom - top)
    assert desk.d(text="Press").screenshot().size == size
    assert desk.d.xpath("Press").screenshot().size == size
    assert desk.d.xpath("Press").get().screenshot().size == size


@shows(
    "Device.xpath",
    "XPathEntry.__call__",
    "XPathEntry.click",
    "XPathEntry.match",
    "XPathEntry.get_page_source",
    "XPathEntry.wait_timeout",
    "XPathEntry.implicitly_wait",
    "XPathEntry.global_set",
    "PageSource.parse",
    "PageSource.root",
    "PageSource.find_elements",
)
def xpath_looks_at_the_page(desk: Desk) -> None:
    xpath = desk.d.xpath
    xpath.click("Press")
    assert desk.touches == [("press", "tap")]
    assert xpath.match("//*[@text='Press']") and not xpath.match("Nobody")
    source = xpath.get_page_source()
    assert PageSource.parse(source) is source and source.root.tag == "hierarchy"
    assert len(source.find_elements(f"//*[@resource-id='{rid('label')}']")) == 4
    xpath.implicitly_wait(4)
    assert xpath.wait_timeout == 4
    xpath.global_set("timeout", 5)
    assert xpath.wait_timeout == 5


@shows(
    "XPathSelector.all",
    "XPathSelector.get",
    "XPathSelector.get_last_match",
    "XPathSelector.match",
    "XPathSelector.exists",
    "XPathSelector.get_text",
    "XPathSelector.child",
    "XPathSelector.xpath",
    "XPathSelector.__and__",
    "XPathSelector.__or__",
    "XPathSelector.copy",
    "XPathSelector.create",
    "XPathSelector.from_parent",
)
def xpath_finds_elements(desk: Desk) -> None:
    xpath = desk.d.xpath
    labels = xpath(f"//*[@resource-id='{rid('label')}']")
    assert [element.text for element in labels.all()] == ["Row 1", "Row 2", "Row 3", "Row 4"]
    assert labels.exists and labels.get().text == "Row 1" == labels.get_text() == labels.get_last_match().text
    assert labels.match().text == "Row 1" and xpath("Nobody").match() is None
    assert xpath(f"//*[@resource-id='{rid('list')}']").child("//*[@text='Note 2']").get_text() == "Note 2"
    assert [one.text for one in (labels & xpath("Row 2")).all()] == ["Row 2"]
    assert {one.text for one in (xpath("Row 1") | xpath("Row 2")).all()} == {"Row 1", "Row 2"}
    assert [one.text for one in labels.xpath("Row 3").all()] == ["Row 3"]
    assert type(labels).create(labels).copy().get_text() == "Row 1"
    assert xpath("Row 4").from_parent(labels).get_text() == "Row 1"


@shows(
    "XPathSelector.click",
    "XPathSelector.click_exists",
    "XPathSelector.click_nowait",
    "XPathSelector.long_click",
    "XPathSelector.set_text",
    "XPathSelector.wait",
    "XPathSelector.wait_gone",
    "XPathSelector.fallback",
)
def xpath_touches_elements(desk: Desk) -> None:
    xpath = desk.d.xpath
    xpath("Press").click()
    xpath("Press").click_nowait()
    assert xpath("Press").click_exists() and not xpath("Nobody").click_exists(timeout=0.01)
    xpath("Hold").long_click()
    assert desk.touches == [("press", "tap")] * 3 + [("hold", "long_press")]
    assert xpath("Late").wait(timeout=5) and xpath("Nobody").wait_gone(timeout=0.1)
    assert callable(xpath("Nobody").fallback(lambda d: None)._fallback)
    xpath(f"//*[@resource-id='{rid('name')}']").set_text("Kim")
    assert desk.value("name") == "Kim"


@shows(
    "XMLElement.text",
    "XMLElement.attrib",
    "XMLElement.info",
    "XMLElement.bounds",
    "XMLElement.rect",
    "XMLElement.center",
    "XMLElement.offset",
    "XMLElement.percent_bounds",
    "XMLElement.percent_size",
    "XMLElement.get_xpath",
    "XMLElement.parent",
)
def an_element_of_xpath_tells_of_itself(desk: Desk) -> None:
    element, other = desk.d.xpath("Press").get(), desk.d(text="Press")
    assert element.text == "Press" and element.attrib["clickable"] == "true" and element.info["clickable"]
    left, top, right, bottom = element.bounds
    assert element.bounds == other.bounds() and element.rect == (left, top, right - left, bottom - top)
    assert element.center() == ((left + right) // 2, (top + bottom) // 2) and element.offset() == (left, top)
    assert element.percent_bounds() == (left / 720, top / 1600, right / 720, bottom / 1600)
    assert element.percent_size() == ((right - left) / 720, (bottom - top) / 1600)
    assert element.get_xpath().startswith("/hierarchy/")
    assert element.parent().get_xpath() == element.get_xpath().rpartition("/")[0]


@shows(
    "XMLElement.click",
    "XMLElement.long_click",
    "XMLElement.swipe",
    "XMLElement.scroll",
    "XMLElement.scroll_to",
    "XPathEntry.scroll_to",
)
def an_element_of_xpath_is_touched(desk: Desk) -> None:
    d = desk.d
    d.xpath("Press").get().click()
    d.xpath("Hold").get().long_click()
    assert desk.touches == [("press", "tap"), ("hold", "long_press")]
    rows = d.xpath(f"//*[@resource-id='{rid('list')}']").get()
    rows.swipe("up")
    assert not d(text="Row 1").exists
    assert rows.scroll() and rows.scroll(Direction.BACKWARD)
    assert rows.scroll_to("Row 20").text == "Row 20"
    d.xpath.scroll_to("Press", max_swipes=1)


@shows(
    "XPathEntry.when",
    "XPathEntry.run_watchers",
    "XPathEntry.watch_background",
    "XPathEntry.watch_stop",
    "XPathEntry.watch_clear",
    "XPathEntry.sleep_watch",
)
def xpath_watches_as_watchers_do(desk: Desk) -> None:
    d = desk.d
    d.xpath.when("May we?").when("OK").click()
    d(text="Ask").click()
    d.xpath.run_watchers()
    assert d.last_toast == "Thank you"
    d.clear_toast()
    d(text="Ask").click()
    d.xpath.sleep_watch(0.01)
    assert d.last_toast == "Thank you"
    d.xpath.watch_background(0.05)
    assert d.watcher.running()
    d.xpath.watch_stop()
    d.xpath.watch_clear()
    assert not d.watcher.running()
    d.watcher.remove()


differs("the library has none of it: it raises NotImplementedError with every phone", "UiObject.parent")
