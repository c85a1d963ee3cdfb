// Numbers as people read them: three significant digits and a prefix. Units/UnitFormat.cs does the same for tiles and tables.
const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const decimal = ['', 'k', 'M', 'G', 'T', 'P'];

function digits(value) {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001) return value.toExponential(1);
  if (size < 0.9995) return trim(value.toFixed(3));
  if (size < 9.995) return trim(value.toFixed(2));
  if (size < 99.95) return trim(value.toFixed(1));
  return value.toFixed(0).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

const trim = text => text.includes('.') ? text.replace(/\.?0+$/, '') : text;

function scale(value, by, prefixes) {
  let i = 0;
  while (i < prefixes.length - 1 && Math.abs(value) >= by * 0.9995) {
    value /= by;
    i++;
  }
  return prefixes[i] === '' ? digits(value) : `${digits(value)} ${prefixes[i]}`;
}

function duration(seconds) {
  const size = Math.abs(seconds);
  if (size === 0) return '0 ms';
  if (size < 0.0009995) return `${digits(seconds * 1e6)} µs`;
  if (size < 0.9995) return `${digits(seconds * 1e3)} ms`;
  if (size < 120) return `${digits(seconds)} s`;
  if (size < 7200) return `${digits(seconds / 60)} min`;
  return `${digits(seconds / 3600)} h`;
}

export function format(value, unit) {
  if (value === null || !Number.isFinite(value)) return '–';
  switch (unit) {
    case 'Percent': return `${digits(value)} %`;
    case 'Bytes': return scale(value, 1024, binary);
    case 'BytesPerSecond': return `${scale(value, 1024, binary)}/s`;
    case 'Milliseconds': return duration(value / 1000);
    case 'Seconds': return duration(value);
    case 'PerSecond': return `${scale(value, 1000, decimal)}/s`;
    default: return scale(value, 1000, decimal);
  }
}

/** A round axis step for a unit with binary prefixes and for nearly full percentages; null leaves it to the chart. */
export function axisStep(max, unit, splits) {
  // Rounding can make the parts of a whole a little more than 100.
  if (unit === 'Percent' && max > 75 && max <= 100.5) return 25;
  if (unit !== 'Bytes' && unit !== 'BytesPerSecond' || !(max > 0)) return null;
  const raw = max / splits;
  const power = 1024 ** Math.floor(Math.log(raw) / Math.log(1024));
  const step = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1024].find(s => s * power >= raw);
  return step * power;
}
