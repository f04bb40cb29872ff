// A browser sends no session with a link from elsewhere, such as a mail: then this page comes though nobody has to log
// in. A request of its own has the session.

const form = document.querySelector("form.login");
const { status } = await fetch("/header", { headers: { "HX-Request": "true" } });
if (status === 200) location.replace(form.elements.to.value);
