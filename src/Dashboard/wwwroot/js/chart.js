// One chart: Apache ECharts in a container, fed with columns of numbers. Text from data is only ever painted on the canvas or
// set as a text node.
import { format, axisStep } from './units.js';

const charts = new Set();
let themeObserver = null;

/** Waits for the ECharts script, which the page loads beside this module. */
function echartsReady() {
  if (window.echarts) return Promise.resolve(window.echarts);
  const script = document.getElementById('echarts-script');
  return new Promise((resolve, reject) => {
    script.addEventListener('load', () => resolve(window.echarts), { once: true });
    script.addEventListener('error', () => reject(new Error('The chart script could not be loaded.')), { once: true });
    if (window.echarts) resolve(window.echarts);
  });
}

function watchTheme() {
  themeObserver ??= new MutationObserver(() => charts.forEach(chart => chart.draw()));
  themeObserver.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = name => style.getPropertyValue(name).trim();
  return {
    text: of('--chart-text'), grid: of('--chart-grid'), surface: of('--chart-tooltip'), strong: of('--chart-strong'),
    series: index => of(`--chart-${index % 10}`),
    font: of('--app-font'),
  };
}

class Chart {
  constructor(container, echarts) {
    this.container = container;
    this.chart = echarts.init(container, null, { renderer: 'canvas' });
    this.frame = null;
    this.resize = new ResizeObserver(() => this.chart.resize());
    this.resize.observe(container);
    charts.add(this);
    watchTheme();
  }

  /**
   * @param columns bytes of little-endian float64: the bucket starts (epoch ms), then the values of each series; NaN is a gap
   * @param shape { fromMs, toMs, stepMs, unit, stacked, spark, zero, series: [{ name, colour, hidden }] }
   */
  setData(columns, shape) {
    const copy = columns.slice();
    const numbers = new Float64Array(copy.buffer, 0, copy.byteLength >> 3);
    const count = numbers.length / (shape.series.length + 1);
    const times = numbers.subarray(0, count);
    this.frame = {
      ...shape,
      times,
      lines: shape.series.map((series, i) => ({ ...series, values: numbers.subarray(count * (i + 1), count * (i + 2)) })),
    };
    this.draw();
    this.publish();
  }

  /** For whoever looks from outside: how much is drawn, and how fresh it is. */
  publish() {
    let points = 0;
    let last = 0;
    for (const line of this.frame.lines) {
      if (line.hidden) continue;
      for (let i = 0; i < line.values.length; i++) {
        if (!Number.isNaN(line.values[i])) {
          points++;
          last = Math.max(last, this.frame.times[i]);
        }
      }
    }
    const data = this.container.dataset;
    data.series = String(this.frame.lines.filter(line => !line.hidden).length);
    data.last = String(last);
    data.points = String(points);
  }

  draw() {
    if (this.frame === null || this.chart.isDisposed()) return;
    const { fromMs, toMs, unit, stacked, spark, zero, times, lines } = this.frame;
    const paint = colours();
    const visible = lines.filter(line => !line.hidden);
    const lonely = visible.length === 1;
    const most = highest(visible, stacked);
    const step = zero ? axisStep(most, unit, 4) : null;
    this.chart.setOption({
      animation: false,
      textStyle: { fontFamily: paint.font, color: paint.text },
      grid: spark
        ? { left: 0, right: 0, top: 2, bottom: 0 }
        : { left: 8, right: 14, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: {
        type: 'time', min: fromMs, max: toMs, show: !spark,
        axisLine: { lineStyle: { color: paint.grid } },
        axisTick: { lineStyle: { color: paint.grid } },
        axisLabel: { color: paint.text, fontSize: 11, hideOverlap: true, formatter: timeLabels },
        splitLine: { show: false },
        splitNumber: Math.max(2, Math.floor(this.container.clientWidth / 110)),
      },
      yAxis: {
        type: 'value', show: !spark, scale: !zero,
        min: zero ? value => Math.min(0, value.min) : null,
        // null takes back what an earlier drawing set.
        max: step === null ? null : unit === 'Percent' ? 100 : Math.ceil(most / step) * step,
        interval: step,
        splitNumber: 4,
        axisLabel: { color: paint.text, fontSize: 11, formatter: value => format(value, unit) },
        splitLine: { lineStyle: { color: paint.grid } },
      },
      tooltip: spark ? { show: false } : {
        trigger: 'axis', confine: true, transitionDuration: 0,
        axisPointer: { type: 'line', lineStyle: { color: paint.text, type: 'dashed' } },
        backgroundColor: paint.surface, borderColor: paint.grid, borderWidth: 1, padding: [8, 10],
        textStyle: { color: paint.strong, fontSize: 12 },
        formatter: hits => tooltip(hits, visible, unit, paint),
      },
      series: visible.map(line => {
        const colour = paint.series(line.colour);
        return {
          type: 'line', name: line.name, symbol: 'circle', symbolSize: 4, silent: spark,
          // A lone point between gaps has no line to be seen by.
          showSymbol: !spark && isSparse(line.values), connectNulls: false,
          stack: stacked ? 'all' : undefined, stackStrategy: 'all',
          lineStyle: { width: stacked ? 1 : 1.6, color: colour }, itemStyle: { color: colour },
          areaStyle: stacked || lonely || spark
            ? { color: colour, opacity: stacked ? 0.45 : 0.14 }
            : undefined,
          emphasis: { disabled: true }, data: pairs(times, line.values),
        };
      }),
    }, { notMerge: false, replaceMerge: ['series'], lazyUpdate: false });
  }

  dispose() {
    charts.delete(this);
    this.resize.disconnect();
    this.chart.dispose();
  }
}

function pairs(times, values) {
  const data = new Array(values.length);
  for (let i = 0; i < values.length; i++) data[i] = [times[i], Number.isNaN(values[i]) ? null : values[i]];
  return data;
}

function isSparse(values) {
  let count = 0;
  for (const value of values) if (!Number.isNaN(value) && ++count > 3) return false;
  return true;
}

function highest(lines, stacked) {
  let max = 0;
  const length = lines[0]?.values.length ?? 0;
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (const line of lines) {
      const value = line.values[i];
      if (Number.isNaN(value)) continue;
      sum += value;
      if (!stacked) max = Math.max(max, value);
    }
    if (stacked) max = Math.max(max, sum);
  }
  return max;
}

const two = number => String(number).padStart(2, '0');

function timeLabels(value) {
  const time = new Date(value);
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.getSeconds() !== 0) return `${clock}:${two(time.getSeconds())}`;
  if (time.getHours() !== 0 || time.getMinutes() !== 0) return clock;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const mostRows = 12;

/** Built from nodes, so that names out of the data stay text. */
function tooltip(hits, visible, unit, paint) {
  const root = element('div', 'chart-tip');
  if (hits.length === 0) return root;
  const time = new Date(hits[0].value[0]);
  root.append(element('div', 'chart-tip-time',
    `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} `
    + `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`));
  const rows = hits.filter(hit => hit.value[1] !== null).sort((a, b) => b.value[1] - a.value[1]);
  for (const hit of rows.slice(0, mostRows)) {
    const row = element('div', 'chart-tip-row');
    const swatch = element('span', 'chart-tip-swatch');
    swatch.style.background = paint.series(visible[hit.seriesIndex].colour);
    row.append(swatch, element('span', 'chart-tip-name', visible[hit.seriesIndex].name),
      element('span', 'chart-tip-value', format(hit.value[1], unit)));
    root.append(row);
  }
  if (rows.length > mostRows) root.append(element('div', 'chart-tip-more', `and ${rows.length - mostRows} more`));
  if (rows.length === 0) root.append(element('div', 'chart-tip-more', 'no data'));
  return root;
}

export async function create(container) {
  return new Chart(container, await echartsReady());
}
