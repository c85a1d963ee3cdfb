// Says that the connection is lost, over a page that keeps its last data, and gets it back without being asked.
const banner = document.getElementById('components-reconnect-modal');
const text = document.getElementById('reconnect-text');
let trying = false;

banner.addEventListener('components-reconnect-state-changed', event => {
  switch (event.detail.state) {
    case 'show':
    case 'retrying':
      text.textContent = 'Connection lost. Charts show the last data received. Reconnecting…';
      break;
    case 'failed':
      keepTrying();
      break;
    case 'rejected':
      // The server is back but has forgotten this page. Its whole state is in the address.
      location.reload();
      break;
  }
});

document.getElementById('reconnect-now').addEventListener('click', () => attempt());

async function attempt() {
  try {
    // True: connected again. False: the server answered, and no longer knows this page.
    if (await Blazor.reconnect() === false) location.reload();
    return true;
  } catch {
    return false;
  }
}

/** Blazor gives up after a while; a page on a wall must not. */
async function keepTrying() {
  if (trying) return;
  trying = true;
  while (!await attempt()) {
    text.textContent = 'The server does not answer. Charts show the last data received. Trying again every 3 s…';
    await new Promise(resolve => setTimeout(resolve, 3000));
  }
  trying = false;
}
