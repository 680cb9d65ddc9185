/**
 * Grafana's own SDK (@grafana/grafana-foundation-sdk) would do the same with 11 MB and 1 800 files. These dashboards need
 * only rows, time series and single numbers.
 */
/** The part of Grafana's dashboard JSON that these dashboards use, schema version 39 (Grafana 10.4 and later). */
export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  readonly schemaVersion: number
  readonly version: number
  readonly editable: boolean
  readonly graphTooltip: number
  readonly timezone: 'browser'
  readonly refresh: string
  readonly time: { readonly from: string; readonly to: string }
  readonly annotations: { readonly list: readonly never[] }
  readonly templating: { readonly list: readonly Variable[] }
  readonly panels: readonly (Panel | Row)[]
}

export interface Panel {
  readonly id: number
  readonly type: 'timeseries' | 'stat'
  readonly title: string
  readonly description: string
  readonly datasource: DataSource
  readonly gridPos: GridPos
  readonly targets: readonly Target[]
  readonly fieldConfig: { readonly defaults: Field; readonly overrides: readonly never[] }
}

export interface Row {
  readonly id: number
  readonly type: 'row'
  readonly title: string
  readonly collapsed: boolean
  readonly gridPos: GridPos
  readonly panels: readonly Panel[]
}

interface GridPos {
  readonly h: number
  readonly w: number
  readonly x: number
  readonly y: number
}

interface Field {
  readonly unit: string
  readonly min?: number
  readonly custom?: { readonly scaleDistribution: { readonly type: 'log'; readonly log: number } }
}

export interface Target {
  readonly refId: string
  readonly expr: string
  readonly legendFormat: string
  readonly datasource: DataSource
}

interface DataSource {
  readonly type: 'prometheus'
  readonly uid: string
}

export type Variable =
  | { readonly type: 'datasource'; readonly name: string; readonly label: string; readonly query: string }
  | { readonly type: 'textbox'; readonly name: string; readonly label: string; readonly query: string }
  | {
      readonly type: 'query'
      readonly name: string
      readonly label: string
      readonly datasource: DataSource
      readonly query: string
      readonly refresh: number
      readonly includeAll: boolean
      readonly multi: boolean
      readonly allValue?: string
      readonly sort: number
    }

/** A panel that has no place yet. */
export interface Drawing {
  readonly title: string
  readonly description: string
  readonly type?: 'timeseries' | 'stat'
  readonly unit?: string
  /** A logarithmic axis, for evidence. */
  readonly log?: true
  /** Width in columns; the dashboard has 24. */
  readonly width?: number
  /** PromQL expressions, each under the name of its line. */
  readonly lines: Readonly<Record<string, string>>
}

export interface Section {
  readonly title: string
  readonly collapsed?: true
  readonly drawings: readonly Drawing[]
}

const datasource: DataSource = { type: 'prometheus', uid: '${datasource}' }
const height = 8

export const dataSourceVariable: Variable = {
  type: 'datasource',
  name: 'datasource',
  label: 'Data source',
  query: 'prometheus',
}

export const textVariable = (name: string, label: string, query = ''): Variable => ({
  type: 'textbox',
  name,
  label,
  query,
})

/** A variable with the values of a label in the metrics of canary-judge. */
export const labelVariable = (name: string, label: string, query: string, all: boolean): Variable => ({
  type: 'query',
  name,
  label,
  datasource,
  query,
  refresh: 2,
  includeAll: all,
  multi: all,
  ...(all && { allValue: '.*' }),
  sort: 1,
})

export function dashboard(
  head: Pick<Dashboard, 'uid' | 'title' | 'description'>,
  variables: readonly Variable[],
  sections: readonly Section[],
): Dashboard {
  return {
    ...head,
    tags: ['canary-judge'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    annotations: { list: [] },
    templating: { list: [dataSourceVariable, ...variables] },
    panels: placed(sections),
  }
}

/** Places the rows below each other and the panels of a row from left to right. */
function placed(sections: readonly Section[]): readonly (Panel | Row)[] {
  const result: (Panel | Row)[] = []
  let id = 0
  let y = 0
  for (const { title, collapsed, drawings } of sections) {
    const head = { id: ++id, type: 'row', title, gridPos: { h: 1, w: 24, x: 0, y } } as const
    y += 1
    const panels: Panel[] = []
    let x = 0
    for (const drawing of drawings) {
      const { width = 12 } = drawing
      if (x + width > 24) [x, y] = [0, y + height]
      panels.push(toPanel(drawing, ++id, { h: height, w: width, x, y }))
      x += width
    }
    y += height
    if (collapsed === true) result.push({ ...head, collapsed: true, panels })
    else result.push({ ...head, collapsed: false, panels: [] }, ...panels)
  }
  return result
}

function toPanel(
  { title, description, type = 'timeseries', unit = 'short', log, lines }: Drawing,
  id: number,
  gridPos: GridPos,
): Panel {
  const scale = { custom: { scaleDistribution: { type: 'log', log: 10 } } } as const
  return {
    id,
    type,
    title,
    description,
    datasource,
    gridPos,
    targets: Object.entries(lines).map(([legendFormat, expr], index) => ({
      refId: String.fromCodePoint(65 + index),
      expr,
      legendFormat,
      datasource,
    })),
    fieldConfig: { defaults: { unit, ...(log === true ? scale : { min: 0 }) }, overrides: [] },
  }
}
