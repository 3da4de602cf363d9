// Sends the one form of the page at once. Without JavaScript its button does.

document.querySelector("#switch")?.requestSubmit();
