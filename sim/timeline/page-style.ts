// The style of the HTML timeline. Colours come from a few variables, so light and dark differ in one place only.

/** The whole style sheet. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --paper: #fbfaf8; --ink: #22242a; --faint: #6d717c; --line: #dedcd6; --band: #f1efea; --raised: #ffffff;
  --good: #1f8a4c; --warn: #b7791f; --bad: #c8322d; --plain: #3f67b5; --quiet: #8b8f99; --focus: #7c4dff; --fill-l: 46%; --fill-s: 46%; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --ink: #e7e6e2; --faint: #9a9eaa; --line: #33363f; --band: #1d2027; --raised: #23262e;
  --good: #4cc47e; --warn: #e3aa4a; --bad: #ff7068; --plain: #86a9f2; --quiet: #7d828e; --focus: #b39dff; --fill-l: 40%; --fill-s: 42%; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
header { padding: 18px 24px 10px; display: flex; flex-wrap: wrap; gap: 6px 28px; align-items: baseline; }
h1 { font-size: 20px; font-weight: 650; margin: 0; letter-spacing: -0.01em; }
dl { display: flex; flex-wrap: wrap; gap: 2px 20px; margin: 0; }
dl div { display: flex; gap: 6px; } dt { color: var(--faint); } dd { margin: 0; font-variant-numeric: tabular-nums; }
.tools { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; padding: 4px 24px 12px; color: var(--faint); }
.tools button, .tools input[type=search] { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; }
.tools input[type=search] { width: 220px; } .tools label { display: flex; gap: 6px; align-items: center; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-left: auto; } .legend span { display: inline-flex; gap: 5px; align-items: center; }
.pane { overflow-x: auto; border-block: 1px solid var(--line); background: var(--raised); overscroll-behavior-x: contain; }
.chart { position: relative; width: 100%; }
.axis, .lane { display: flex; } .name { position: sticky; left: 0; z-index: 5; width: 170px; flex: none; padding: 0 10px 0 24px; background: inherit;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border-right: 1px solid var(--line); }
.axis { height: 26px; background: var(--band); color: var(--faint); font-size: 12px; } .axis .name { line-height: 26px; }
.track { position: relative; flex: 1; margin: 0 20px 0 12px; }
.tick { position: absolute; top: 0; line-height: 26px; padding-left: 5px; white-space: nowrap; border-left: 1px solid var(--line); font-variant-numeric: tabular-nums; }
.node { position: relative; border-top: 1px solid var(--line); background: var(--raised); } .node:nth-of-type(odd) { background: var(--band); }
.lane { background: inherit; } .lane .name { line-height: 26px; padding-top: 8px; } .lane.actor .name { padding-left: 38px; color: var(--faint); } .lane.whole .name { font-weight: 600; }
.lane .track { height: calc(var(--rows) * 26px + 16px); } .lane.bare .track { height: 26px; } .lane.bare .name { padding-top: 0; }
.shade { position: absolute; top: 0; bottom: 0; pointer-events: none; border-inline: 1px dashed var(--quiet); }
.shades { position: absolute; inset: 0 20px 0 182px; z-index: 1; pointer-events: none; }
.shade.down { background: repeating-linear-gradient(135deg, transparent 0 6px, color-mix(in srgb, var(--bad) 16%, transparent) 6px 9px); border-color: var(--bad); }
.shade.pause { background: repeating-linear-gradient(90deg, transparent 0 6px, color-mix(in srgb, var(--warn) 18%, transparent) 6px 9px); }
.shade.partition { background: repeating-linear-gradient(0deg, transparent 0 6px, color-mix(in srgb, var(--plain) 18%, transparent) 6px 9px); }
.bar, .mark { appearance: none; position: absolute; z-index: 2; border: 0; margin: 0; padding: 0; font: inherit; cursor: pointer; }
.bar { height: 20px; top: calc(14px + var(--row, 0) * 26px); min-width: 4px; border-radius: 4px; color: #fff; font-size: 12px; line-height: 20px; text-align: left;
  padding-inline: 6px; overflow: hidden; white-space: nowrap; text-overflow: clip; background: hsl(var(--hue) var(--fill-s) var(--fill-l)); }
.bar.tiny { padding: 0; }
.bar.lock-wait, .bar.other { color: var(--ink); background: repeating-linear-gradient(90deg, color-mix(in srgb, var(--quiet) 45%, transparent) 0 4px, transparent 4px 7px); border: 1px solid var(--quiet); line-height: 18px; }
.bar.failed { box-shadow: inset 0 0 0 2px var(--bad); } .bar.cut { border-radius: 4px 0 0 4px; border-right: 4px solid var(--bad); }
.bar.open { border-radius: 4px 0 0 4px; mask-image: linear-gradient(90deg, #000 calc(100% - 14px), transparent); }
.bar.call { height: 5px; top: calc(100% - 7px); border-radius: 2px; background: var(--quiet); min-width: 2px; z-index: 3; } .bar.call.cut { background: var(--bad); border: 0; }
.mark { width: 12px; height: 12px; top: 1px; margin-left: calc(-6px + var(--nth, 0) * 9px); z-index: 4; background: none; } .lane.bare .mark { top: 7px; }
.mark i, .legend i { display: block; width: 9px; height: 9px; margin: 1px; border-radius: 50%; background: var(--tone); box-shadow: 0 0 0 1.5px var(--raised); }
.mark.fault i, .legend .fault i { border-radius: 0; width: 11px; height: 11px; margin: 0; clip-path: polygon(50% 0, 100% 92%, 0 92%); }
.mark.command i, .legend .command i { border-radius: 1px; } .mark.note i, .legend .note i { background: transparent; border: 2px solid var(--tone); }
.good { --tone: var(--good); } .warn { --tone: var(--warn); } .bad { --tone: var(--bad); } .plain { --tone: var(--plain); } .quiet { --tone: var(--quiet); }
.bar:focus-visible, .mark:focus-visible, tr:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; z-index: 6; }
.chart.seeking .bar:not(.hit), .chart.seeking .mark:not(.hit) { opacity: 0.16; } .nocalls .call { display: none; }
.kin { outline: 2px solid var(--focus); outline-offset: 1px; } .mark.kin { outline-offset: -1px; border-radius: 50%; }
.below { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 24px; padding: 14px 24px 40px; align-items: start; }
.card { position: sticky; top: 12px; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; }
.card h2, .events h2 { font-size: 14px; margin: 0 0 8px; } .card dl { display: block; } .card dl div { display: grid; grid-template-columns: 74px minmax(0, 1fr); } .card dd { overflow-wrap: anywhere; }
.card p { margin: 0; color: var(--faint); } kbd { font: inherit; font-size: 12px; border: 1px solid var(--line); border-radius: 4px; padding: 0 5px; background: var(--band); color: var(--ink); }
.events { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; color: var(--faint); } th, td { padding: 2px 14px 2px 0; border-bottom: 1px solid var(--line); white-space: nowrap; } td.tone { color: var(--tone); }
td:last-child { white-space: normal; overflow-wrap: anywhere; min-width: 160px; } tr[aria-selected=true] { background: color-mix(in srgb, var(--focus) 18%, transparent); } tbody tr { cursor: pointer; }
@media (max-width: 900px) { .below { grid-template-columns: minmax(0, 1fr); } .card { position: static; order: -1; } .legend { margin-left: 0; } }
`;
