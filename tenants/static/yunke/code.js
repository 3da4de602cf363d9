// Puts the code that stands behind the # of a mail's link into the form, and takes it out of the address.

const code = decodeURIComponent(location.hash.slice(1));
const form = document.querySelector("#code-form");

if (code && form) {
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  if (form.dataset.send !== undefined) form.requestSubmit();
  else form.querySelector("[type=password]")?.focus();
}
