/** The one style sheet of all pages. Canary and stable have the same colours everywhere, and differ by dashes too. */
export const style = `
:root{color-scheme:light dark;--page:#f7f7f5;--card:#fff;--ink:#1c1e21;--soft:#565b62;--rule:#dcdcd7;--pass:#14693d;--fail:#b3231f;--inconclusive:#855000;--canary:#b86e00;--stable:#4d6284;--band:#d98b0033;--shade:#0000000a}
@media(prefers-color-scheme:dark){:root{--page:#14161a;--card:#1c1f24;--ink:#e8e8e4;--soft:#a5abb3;--rule:#343941;--pass:#4cc38a;--fail:#ff7f7c;--inconclusive:#f0b04a;--canary:#f0b04a;--stable:#8fa8d0;--band:#f0b04a33;--shade:#ffffff0a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main,nav{max-width:1060px;margin:0 auto;padding:14px 24px}
main{padding-bottom:60px}
nav{display:flex;flex-wrap:wrap;gap:6px 20px;align-items:baseline}
nav b{font-weight:650}
nav a{color:var(--soft);text-decoration:none}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:3px}
nav a[aria-current]{color:var(--ink);text-decoration:underline}
a:focus-visible,input:focus-visible,select:focus-visible,button:focus-visible,summary:focus-visible,pre:focus-visible{outline:3px solid var(--stable);outline-offset:2px}
h1{font-size:26px;line-height:1.25;margin:6px 0 4px;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:17px;margin:24px 0 8px}
h3{font-size:16px;margin:0;overflow-wrap:anywhere}
.soft,.crumb,figcaption,small{color:var(--soft)}
.crumb,figcaption,small,.note{font-size:13px}
.crumb,td,li,p,dd{overflow-wrap:anywhere}
.pass{color:var(--pass)}.fail{color:var(--fail)}.inconclusive{color:var(--inconclusive)}.none{color:var(--soft)}
.badge{display:inline-block;justify-self:start;font-size:12px;font-weight:600;padding:1px 8px;border-radius:99px;border:1px solid currentColor;white-space:nowrap}
h1 em{font-style:normal}
.card,.rollout,.rung{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:12px 16px;margin:0 0 12px}
.card h2{margin:0 0 8px;font-size:15px}
.card ul{margin:0;padding-left:18px}
.rollouts{list-style:none;margin:0;padding:0}
.rollout{display:grid;grid-template-columns:118px minmax(0,1.1fr) 132px minmax(0,2fr) 162px;gap:4px 16px;align-items:center}
.rollout a{font-weight:600}
.rollout p{margin:0}
svg.bar{height:8px}
.bar rect{fill:var(--rule)}.bar .done{fill:var(--stable)}
main form{display:flex;flex-wrap:wrap;gap:10px;align-items:end;margin:14px 0}
form label{display:grid;font-size:13px;color:var(--soft)}
form input,form select,form button{font:inherit;padding:5px 8px;border:1px solid var(--soft);border-radius:6px;background:var(--card);color:var(--ink);max-width:100%}
.who{margin:0 0 0 auto;display:flex;gap:10px;align-items:baseline;color:var(--soft);font-size:13px}
.who button{padding:2px 8px;font-size:13px}
main .sign-in{max-width:480px;display:grid}
main .decide{margin:0 0 12px}
form .wide{flex:1 1 100%}.buttons{display:flex;flex-wrap:wrap;gap:8px;margin:0}.note{flex:1 1 100%;margin:0}
form .box{flex:1 1 100%;display:flex;gap:6px;align-items:center;color:var(--ink)}
form button{cursor:pointer}.go{border-color:var(--pass);color:var(--pass);font-weight:600}.stop{border-color:var(--fail);color:var(--fail);font-weight:600}
.ladder{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,240px));gap:8px;list-style:none;margin:14px 0;padding:0}
.rung{margin:0;border-top-width:4px}.rung b{font-size:18px}.rung p{margin:0;font-size:13px;color:var(--soft)}
.rung.pass{border-top-color:var(--pass)}.rung.fail{border-top-color:var(--fail)}.rung.inconclusive{border-top-color:var(--inconclusive)}.rung.next{border-style:dashed}
.rung b{color:var(--ink)}
.tile header{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:center}
.numbers{margin:2px 0 8px}
.charts{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:14px}
figure{margin:0}figure svg,.bar{width:100%;height:auto;display:block}
figure .strip{height:26px}
figure .strip rect{fill:currentColor}
.grid{stroke:var(--rule)}.tick{font-size:11px;fill:var(--soft)}.shade{fill:var(--shade)}
figure path{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line-canary{stroke:var(--canary)}.line-stable{stroke:var(--stable);stroke-dasharray:5 4}figure .band{fill:var(--band);stroke:none}
figure .spot{stroke:none;pointer-events:all}figure .spot:hover{fill:var(--ink);opacity:.12}
figure .mark{stroke:var(--soft);stroke-width:1;stroke-dasharray:1 3}
.level-fail{stroke:var(--fail);stroke-dasharray:8 3}.level-pass{stroke:var(--pass);stroke-dasharray:2 3}.level-alike{stroke:var(--soft)}
.line-pass{stroke:var(--pass);stroke-dasharray:2 4}
.key{display:inline-block;width:18px;height:0;border-top:3px solid var(--canary);vertical-align:middle;margin:0 3px 0 6px}
.key.stable{border-top:3px dashed var(--stable)}.key.limit{border-top:3px dashed var(--fail)}.key.margin{border-top:3px dotted var(--pass)}
.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 12px;align-items:start}
pre{overflow:auto;background:var(--page);border:1px solid var(--rule);border-radius:6px;padding:8px;font-size:12.5px;margin:6px 0 0}
main>.card table,.scroll table{border-collapse:collapse;width:100%}.scroll th,.scroll td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--rule);vertical-align:top}
.number{width:128px}.cells td{white-space:nowrap}
.scroll{overflow-x:auto}.scroll td code{white-space:nowrap}
summary{cursor:pointer;margin:12px 0}
@media(max-width:820px){.charts,.two{grid-template-columns:minmax(0,1fr)}.rollout{grid-template-columns:auto 1fr}.rollout .why{grid-column:1/-1}main,nav{padding-left:14px;padding-right:14px}h1{font-size:21px}}
.todo{margin:4px 0 12px}.card>p:last-child{margin-bottom:0}
@media print{body{background:#fff}nav,form{display:none}.card,.rung,.rollout{break-inside:avoid}}
`
