// Puts the code that stands behind the # of a mail's link into the form, and takes it out of the address.

const code = decodeURIComponent(location.hash.slice(1));
const form = document.querySelector("#confirm");

if (code && form) {
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  if (form.elements.password) form.elements.password.focus();
  else form.requestSubmit();
}
