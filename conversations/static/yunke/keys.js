// Security keys and passkeys in forms: <form data-key="create|get" data-options="{...}" data-failed="words" hidden>.
// The form is shown where the browser has keys; when it is sent, a key is asked first and its answer goes along.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const decoded = (list) => (list ?? []).map((known) => ({ ...known, id: bytes(known.id) }));

async function create(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const excludeCredentials = decoded(options.excludeCredentials);
  const publicKey = { ...options, challenge: bytes(options.challenge), user, excludeCredentials };
  const made = await navigator.credentials.create({ publicKey });
  const { clientDataJSON, attestationObject } = made.response;
  return shown(made, {
    clientDataJSON: text(clientDataJSON),
    attestationObject: text(attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function get(options) {
  const allowCredentials = decoded(options.allowCredentials);
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials };
  const found = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  return shown(found, {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

const shown = ({ id, rawId, type, authenticatorAttachment }, response) => ({
  id,
  rawId: text(rawId),
  type,
  authenticatorAttachment,
  clientExtensionResults: {},
  response,
});

for (const form of document.querySelectorAll("form[data-key]")) {
  const said = form.querySelector("[role=alert]");
  form.hidden = !window.PublicKeyCredential;
  form.onsubmit = async (event) => {
    event.preventDefault();
    said.hidden = true;
    const button = event.submitter;
    if (button) button.disabled = true;
    try {
      const answer = await (form.dataset.key === "create" ? create : get)(JSON.parse(form.dataset.options));
      form.elements.webauthn.value = JSON.stringify(answer);
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
      said.hidden = false;
      if (button) button.disabled = false;
    }
  };
}
