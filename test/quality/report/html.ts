/** All pictures on one page that needs nothing but itself: failures first, and a box to find the others. */
import type { Failure } from '../score/failures.ts'
import { drawCase } from './draw.ts'
import type { CasePlot } from './plot_data.ts'

/** Pictures on a page. Beyond, cases without failures are left out first, and the page says how many. */
export const PLOTS_MAX = 400

const STYLE = `
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 940px; color: #222 }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: 2px 8px 2px 0; vertical-align: top; border-top: 1px solid #ddd }
input { font: inherit; width: 100%; padding: 4px; margin: 1em 0; box-sizing: border-box }
.failed, .failed a { color: #a00 }
h2 { font-size: 16px; margin-bottom: 0 }
p { margin: 2px 0 }
[hidden] { display: none }`

const SCRIPT = `
document.querySelector('input').addEventListener('input', (event) => {
  const words = event.target.value.toLowerCase().split(' ')
  for (const item of document.querySelectorAll('[data-find]')) {
    item.hidden = !words.every((word) => item.dataset.find.includes(word))
  }
})`

interface Entry {
  readonly plot: CasePlot
  readonly reasons: readonly string[]
}

/** The page's text. */
export function htmlPage(plots: readonly CasePlot[], failures: readonly Failure[]): string {
  const reasons = Map.groupBy(failures, ({ caseId }) => caseId)
  const entries = plots
    .map((plot): Entry => ({ plot, reasons: reasons.get(plot.id)?.map(({ reason }) => reason) ?? [] }))
    .toSorted((a, b) => Number(b.reasons.length > 0) - Number(a.reasons.length > 0) || (a.plot.id < b.plot.id ? -1 : 1))
  const shown = entries.slice(0, PLOTS_MAX)
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>leakmesh: detection quality</title><style>${STYLE}</style></head>
<body>
<h1>Detection quality, case by case</h1>
<p>${summaryText(entries, shown)}</p>
<p>Grey: the series. Blue: its floor. Red: alarms, what they say has grown, and the forecast with its band. Green: the truth. Dashed: the limit.</p>
<input type="search" placeholder="words of a case, a service, a failure" aria-label="filter">
<table><thead><tr><th>case</th><th>failures</th></tr></thead><tbody>
${shown.map(indexRow).join('\n')}
</tbody></table>
${shown.map(section).join('\n')}
<script>${SCRIPT}</script>
</body>
</html>
`
}

function summaryText(entries: readonly Entry[], shown: readonly Entry[]): string {
  const failed = entries.filter(({ reasons }) => reasons.length > 0).length
  const rest = entries.length - shown.length
  return `${entries.length} cases, ${failed} with failures${rest > 0 ? `; ${rest} not drawn` : ''}.`
}

function indexRow({ plot, reasons }: Entry): string {
  const link = `<a href="#${anchor(plot.id)}">${escaped(plot.id)}</a>`
  return `<tr${attributes({ plot, reasons })}><td>${link}</td><td>${escaped(reasons.join('; '))}</td></tr>`
}

function section({ plot, reasons }: Entry): string {
  const said = reasons.map((reason) => `<p class="failed">${escaped(reason)}</p>`).join('')
  const head = `<h2 id="${anchor(plot.id)}">${escaped(plot.id)}</h2><p>${escaped(plot.title)}</p>`
  return `<section${attributes({ plot, reasons })}>${head}${said}${drawCase(plot)}</section>`
}

function attributes({ plot, reasons }: Entry): string {
  const find = [plot.id, plot.title, ...reasons].join(' ').toLowerCase()
  return `${reasons.length > 0 ? ' class="failed"' : ''} data-find="${escaped(find)}"`
}

function anchor(id: string): string {
  return `case-${encodeURIComponent(id)}`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]!)
}
