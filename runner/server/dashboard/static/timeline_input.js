// Wheel, drag, pinch and keys, turned into changes of the view.

import { moved, zoomed } from "./timeline_view.js";
import { AXIS } from "./timeline_draw.js";
import { askWhy, chooseLane, chooseTask, moveCursor } from "./timeline_keys.js";

const LEAST_DRAG = 4, KEY_ZOOM = 1.5, KEY_MOVE = 0.1;

/** Listen on the canvas. `page` has {view, label, look(view), hover(x, y), leave(), choose(x, y),
 * home(), close(), and what timeline_keys.js needs}. */
export function listen(canvas, page) {
  const fingers = new Map();
  let drag = null;

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const fraction = (x) => Math.min(1, Math.max(0, (x - page.label) / (canvas.clientWidth - page.label)));

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { x } = place(event), unit = event.deltaMode === 1 ? 16 : 1;
    const across = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX, down = event.shiftKey ? 0 : event.deltaY;
    if (x < page.label) page.look(moved(page.view, 0, down * unit));
    else if (Math.abs(across) > Math.abs(down)) page.look(moved(page.view, (across * unit) / (canvas.clientWidth - page.label)));
    else if (down) page.look(zoomed(page.view, Math.exp(down * unit * 0.002), fraction(x)));
  }, { passive: false });

  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    drag = fingers.size === 1 ? { ...place(event), view: page.view, isMoved: false } : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (!fingers.has(event.pointerId)) {
      page.hover(at.x, at.y);
      return;
    }
    if (fingers.size === 2) pinch(event.pointerId, at);
    fingers.set(event.pointerId, at);
    if (!drag) return;
    if (!drag.isMoved && Math.hypot(at.x - drag.x, at.y - drag.y) < LEAST_DRAG) return;
    drag.isMoved = true;
    page.leave();
    page.look(moved(drag.view, (drag.x - at.x) / (canvas.clientWidth - page.label), drag.y - at.y));
  });
  const end = (event) => {
    const at = place(event), isClick = drag && !drag.isMoved && fingers.size === 1 && event.type === "pointerup";
    fingers.delete(event.pointerId);
    drag = null;
    if (isClick && at.y > AXIS) page.choose(at.x, at.y);
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => page.leave());
  canvas.addEventListener("dblclick", (event) => page.look(zoomed(page.view, 0.5, fraction(place(event).x))));

  function pinch(id, at) {
    const [other] = [...fingers].filter(([one]) => one !== id).map(([, it]) => it);
    const before = fingers.get(id);
    const apart = (one) => Math.max(20, Math.hypot(one.x - other.x, one.y - other.y));
    const middle = (one) => (one.x + other.x) / 2;
    const view = zoomed(page.view, apart(before) / apart(at), fraction(middle(before)));
    page.look(moved(view, (middle(before) - middle(at)) / (canvas.clientWidth - page.label)));
  }

  const keys = {
    "+": () => page.look(zoomed(page.view, 1 / KEY_ZOOM, 0.5)),
    "=": () => page.look(zoomed(page.view, 1 / KEY_ZOOM, 0.5)),
    "-": () => page.look(zoomed(page.view, KEY_ZOOM, 0.5)),
    ArrowLeft: (event) => (event.shiftKey ? moveCursor(page, -1) : page.look(moved(page.view, -KEY_MOVE))),
    ArrowRight: (event) => (event.shiftKey ? moveCursor(page, 1) : page.look(moved(page.view, KEY_MOVE))),
    ArrowUp: () => chooseLane(page, -1),
    ArrowDown: () => chooseLane(page, 1),
    PageUp: () => page.look(moved(page.view, 0, -canvas.clientHeight / 2)),
    PageDown: () => page.look(moved(page.view, 0, canvas.clientHeight / 2)),
    n: () => chooseTask(page, 1),
    p: () => chooseTask(page, -1),
    Enter: () => askWhy(page),
    Home: () => page.home(),
    Escape: () => page.close(),
  };
  canvas.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}
