// Opens every page in Debian's Chromium and says what is wrong with it, for people and for assistive
// technology. Usage: node axe.mjs URL OWNER-PATH [URL OWNER-PATH]
// The first server is a demonstration; the second, where given, is new and nobody has accepted its
// declarations, so that this state and the way out of it are looked at too.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { breakings } from './breakings.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars',
];
const FIRST_PAGE_BYTES_MAX = 30_000;
const TARGET_PIXELS_MIN = 44;
const PAGES = [
  '/', '/promises', '/promises/S30', '/promises/H01', '/promises/register', '/notice', '/notice/versions',
  '/notice/versions/1', '/about', '/reports', '/reports/people-who-started-it', '/reports/privacy',
  '/reports/garden-versions', '/reports/from-plan-to-sharing', '/reports/beds-watered', '/reports/members-who-plan', '/there-is-nothing-here',
  '/data', '/data?q=no+such+word', '/data?product=candor', '/data/sample', '/data/sample/ping/sample-bundle',
  '/data/sample/metric/sample.app.started', '/data/candor', '/data/candor/field/product.title',
];
const PAGES_OF_NEW = ['/', '/promises', '/notice', '/notice/versions', '/about', '/data', '/data/candor'];

// Its address holds a secret that the server made.
if (process.env.DEBUG_PAGE) PAGES.push(process.env.DEBUG_PAGE);
const [base, owner, newBase, newOwner] = process.argv.slice(2);
if (!owner || Boolean(newBase) !== Boolean(newOwner)) {
  console.error('Say which server: node axe.mjs URL OWNER-PATH [URL OWNER-PATH]');
  process.exit(2);
}

let passed = 0;
const failures = [];

function note(what, findings) {
  if (findings.length === 0) passed += 1;
  else failures.push([what, findings]);
}

/** A page that remembers what it asked for and complained of. */
async function open(context, host) {
  const page = await context.newPage();
  const heard = { complaints: [], elsewhere: [], bytes: [] };
  page.on('console', (line) => {
    // Chromium reports the status of the page that is meant to be missing as an error.
    const missing = line.location().url.endsWith('/there-is-nothing-here');
    if (line.type() === 'error' && !missing) heard.complaints.push(line.text());
  });
  page.on('pageerror', (error) => heard.complaints.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(host).origin) heard.elsewhere.push(request.url());
  });
  page.on('response', (response) => {
    heard.bytes.push(response.body().then((body) => body.length, () => 0));
  });
  return { page, heard };
}

async function axe(page) {
  // What is folded away is looked at as well.
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
  await page.evaluate(AXE);
  const found = await page.evaluate((rules) => globalThis.axe.run({ runOnly: rules }), RULES);
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.html.slice(0, 160)}`));
}

async function tooWide(page) {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  return wide > room ? [`it is ${wide} pixels wide and has room for ${room}`] : [];
}

async function smallTargets(page) {
  const controls = '.button, .home, .top nav a, .jump a, summary, input, select, textarea';
  const small = await page.locator(controls).evaluateAll((all, least) => all
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < least)
    .map((one) => one.outerHTML.slice(0, 120)), TARGET_PIXELS_MIN);
  return small.map((html) => `lower than ${TARGET_PIXELS_MIN} pixels: ${html}`);
}

async function noScript(page) {
  const scripts = await page.locator('script, [onclick], [onload], [style]').count();
  return scripts > 0 ? [`${scripts} scripts, handlers or inline styles`] : [];
}

async function skipLinkFirst(page) {
  await page.keyboard.press('Tab');
  const seen = await page.evaluate(() => {
    const at = document.activeElement;
    return at.matches('.skip') && getComputedStyle(at).clipPath === 'none' && at.getBoundingClientRect().top >= 0;
  });
  if (!seen) return ['Tab does not show the skip link first'];
  await page.keyboard.press('Enter');
  const there = await page.evaluate(() => document.activeElement.id);
  return there === 'main' ? [] : [`the skip link leads to "${there}", not to the content`];
}

async function everything(browser, host, paths, colorScheme, width) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  for (const path of paths) {
    const { page, heard } = await open(context, host);
    const name = `${path} (${colorScheme}, ${width} px)`;
    await page.goto(host + path);
    note(`${name}: keyboard`, await skipLinkFirst(page));
    note(`${name}: width`, await tooWide(page));
    note(`${name}: no script`, await noScript(page));
    note(`${name}: axe`, await axe(page));
    note(`${name}: targets`, await smallTargets(page));
    note(`${name}: width when unfolded`, await tooWide(page));
    note(`${name}: console`, heard.complaints);
    note(`${name}: other hosts`, heard.elsewhere);
    await page.close();
  }
  await context.close();
}

/** Without script a page says the same, and what folds unfolds. */
async function withoutScript(browser, host, paths) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  for (const path of paths) {
    await page.goto(host + path);
    const findings = [];
    if (!(await page.locator('h1').first().isVisible())) findings.push('no heading is to be seen');
    const folded = page.locator('details').first();
    if (await folded.count() > 0) {
      await folded.locator('summary').click();
      if (!(await folded.locator('summary ~ *').first().isVisible())) findings.push('what is folded away does not unfold');
    }
    note(`${path} (no script)`, findings);
  }
  await context.close();
}

async function weight(browser, host) {
  const context = await browser.newContext();
  const { page, heard } = await open(context, host);
  await page.goto(host, { waitUntil: 'load' });
  const bytes = (await Promise.all(heard.bytes)).reduce((sum, one) => sum + one, 0);
  console.log(`The first page weighs ${bytes} bytes in ${heard.bytes.length} replies.`);
  const right = heard.bytes.length >= 3 && bytes < FIRST_PAGE_BYTES_MAX;
  note('weight of /', right ? [] : [`${bytes} bytes in ${heard.bytes.length} replies, less than ${FIRST_PAGE_BYTES_MAX} are allowed`]);
  await context.close();
}

/** The owner accepts by keyboard, without script: first without a name, then with one. */
async function accepting(browser, host, path) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(host);
  note('/ before accepting', (await page.getByText('takes no data yet').count()) > 0 ? [] : ['it does not say that nothing is taken']);
  await page.goto(host + path);
  const send = async (name) => {
    await page.getByRole('textbox').fill(name);
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  };
  await send(' ');
  const invalid = await page.getByRole('textbox').getAttribute('aria-invalid');
  note('accepting without a name', invalid === 'true' ? [] : ['the field is not marked as wrong']);
  await send('Olive Owner');
  const done = await page.getByText('These declarations are accepted').count();
  note('accepting with a name', done > 0 ? [] : ['the page does not say that it is done']);
  await context.close();
}

/** Every check above must find what is broken on purpose. */
async function provenToFail(browser) {
  const checks = { axe, tooWide, smallTargets, noScript, skipLinkFirst };
  const context = await browser.newContext({ viewport: { width: 320, height: 800 }, bypassCSP: true });
  for (const { what, check, plant } of breakings) {
    const { page, heard } = await open(context, base);
    await page.goto(base);
    await page.evaluate(plant);
    const finds = checks[check] ? await checks[check](page) : await page.waitForTimeout(200).then(() => heard[check]);
    note(`broken on purpose: ${what}`, finds.length > 0 ? [] : ['nothing was found']);
    await page.close();
  }
  await context.close();
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
try {
  await provenToFail(browser);
  const servers = [[base, [...PAGES, owner]]];
  if (newBase) servers.push([newBase, [...PAGES_OF_NEW, newOwner]]);
  for (const [host, paths] of servers) {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [390, 1280]) await everything(browser, host, paths, colorScheme, width);
    }
    await everything(browser, host, paths, 'light', 320);
    await withoutScript(browser, host, paths);
  }
  // What `candor notice build` wrote is looked at as the pages are; it has no server.
  if (process.env.BUILT_NOTICE) {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [320, 1280]) await everything(browser, 'file://', [process.env.BUILT_NOTICE], colorScheme, width);
    }
    await withoutScript(browser, 'file://', [process.env.BUILT_NOTICE]);
  }
  await weight(browser, base);
  if (newBase) await accepting(browser, newBase, newOwner);
} finally {
  await browser.close();
}
for (const [what, findings] of failures) {
  console.log(`FAILED ${what}`);
  for (const finding of findings) console.log(`  ${finding}`);
}
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
