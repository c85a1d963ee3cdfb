// Says that the connection is lost, over a page that keeps its last data, and gets it back without being asked.
const banner = document.getElementById('components-reconnect-modal');
// Apart from the announced text: nobody wants to hear it count.
const ageText = document.getElementById('reconnect-age');
let lostAt = null;
let clock = null;
let trying = false;

banner.addEventListener('components-reconnect-state-changed', event => {
  switch (event.detail.state) {
    case 'show':
    case 'retrying':
      lost();
      break;
    case 'failed':
      lost();
      keepTrying();
      break;
    case 'hide':
      found();
      break;
    case 'rejected':
      // The server is back but has forgotten this page. Its whole state is in the address.
      location.reload();
      break;
  }
});

document.getElementById('reconnect-now').addEventListener('click', attempt);

function lost() {
  if (lostAt !== null) return;
  lostAt = performance.now();
  clock = setInterval(tell, 1000);
  tell();
}

function found() {
  clearInterval(clock);
  lostAt = null;
}

function tell() {
  const seconds = Math.round((performance.now() - lostAt) / 1000);
  ageText.textContent = seconds < 120 ? ` ${seconds} s ago` : ` ${Math.floor(seconds / 60)} min ago`;
}

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
  while (!await attempt()) await new Promise(resolve => setTimeout(resolve, 3000));
  trying = false;
}
