// A page whose matter goes on is looked at again, unless somebody has something of it in hand.
setInterval(() => {
  if (!document.hidden && document.activeElement === document.body) location.reload();
}, 2_000);
