// Copies the script line of an inbox. Without JavaScript there is no button, and a click selects the line.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = button.closest(".field");
  const said = field.querySelector("[data-copied]");
  button.hidden = !navigator.clipboard;
  button.onclick = async () => {
    await navigator.clipboard.writeText(field.querySelector("code").textContent);
    said.textContent = said.dataset.copied;
    setTimeout(() => (said.textContent = ""), 4_000);
  };
}
