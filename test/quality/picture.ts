/**
 * One case as an SVG file.
 * @example node test/quality/picture.ts 03-one-caller-only/s3/1/none test/quality/pictures/leak.svg
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readSeries } from './baselines/series.ts'
import { plotOf } from './case_plot.ts'
import { caseById } from './cases.ts'
import { leakmesh } from './ours.ts'
import { drawCase } from './report/draw.ts'

const [id, file] = process.argv.slice(2)
if (id === undefined || file === undefined) throw new Error('usage: node test/quality/picture.ts CASE FILE')
const run = caseById(id)
const plot = plotOf(run, readSeries(run), leakmesh().watch(run))
if (plot === undefined) throw new Error(`${id}: nothing leaks and nothing was said: there is nothing to draw`)
mkdirSync(dirname(file), { recursive: true })
// A page knows that it is SVG; a file has to say so.
writeFileSync(file, drawCase(plot).replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" '))
