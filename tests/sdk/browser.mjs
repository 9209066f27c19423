// Opens a page of another origin in Debian's Chromium, once for each task, and waits until its SDK
// has sent. Prints a line for each upload: ping, document id, status, how it was sent, the signals
// that the browser added, and the client id, where the body can be read.
//
// usage: browser.mjs PAGE PROFILE SIGNAL TASK...
// PAGE is a folder with index.html and bundle.js. PROFILE is a folder for Chromium and its home, kept
// between calls. SIGNAL is `none`, `dnt` or `gpc`. A TASK is what the page finds after the `#` of its
// address; after `switch`, the box that is called `sharing` is clicked.

import { createServer } from "node:http";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [folder, profile, signal, ...tasks] = process.argv.slice(2);

/** Gives the page's files to the browser, as the server of a product would: always at the same
 * address for one profile, since what a page remembers belongs to its origin. */
async function site() {
  const port = Number(await readFile(join(profile, "port"), "utf8").catch(() => "0"));
  const server = createServer(async (request, reply) => {
    const script = request.url.startsWith("/bundle.js");
    reply.setHeader("Content-Type", script ? "text/javascript" : "text/html");
    reply.end(await readFile(join(folder, script ? "bundle.js" : "index.html")));
  });
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  await writeFile(join(profile, "port"), String(server.address().port));
  return server;
}

/** Starts Chromium with a preference as a person sets it, not with headers added on the way. */
async function start() {
  await mkdir(join(profile, "Default"), { recursive: true });
  const preferences = JSON.stringify({ enable_do_not_track: signal === "dnt" });
  await writeFile(join(profile, "Default", "Preferences"), preferences);
  const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
  if (signal === "gpc") args.push("--enable-features=GlobalPrivacyControl,GlobalPrivacyControlForce");
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const env = { ...process.env, HOME: profile };
  return chromium.launchPersistentContext(profile, { executablePath, args, env });
}

/** Prints an upload when its answer is there. A beacon's may be kept from the page. */
async function tell(request, status) {
  const [, , , ping, , document] = new URL(request.url()).pathname.split("/");
  const headers = await request.allHeaders();
  const signals = `dnt=${headers.dnt ?? ""} gpc=${headers["sec-gpc"] ?? ""}`;
  const client = /"client_id":"([^"]*)"/.exec(request.postData() ?? "")?.[1] ?? "-";
  console.log(ping, document, status, request.resourceType(), signals, client);
}

/** Opens the page, lets it send, and waits for the answers: the page itself may not see them. */
async function run(browser, address) {
  const page = await browser.newPage();
  const told = [];
  let sent = 0;
  const upload = (request) => request.method() === "POST" && request.url().includes("/submit/");
  page.on("request", (request) => (sent += upload(request)));
  const answered = (request, status) => upload(request) && told.push(tell(request, status));
  page.on("response", (response) => answered(response.request(), response.status()));
  page.on("requestfailed", (request) => answered(request, request.failure().errorText));
  await page.goto(address);
  if (address.endsWith("#switch")) await page.click("#sharing");
  // The SDK hands its pings to the browser some time after the page has asked for it.
  for (let quiet = 0, before = 0; quiet < 5; quiet += 1) {
    await page.waitForTimeout(100);
    const begun = sent > 0 || (await page.title()) === "sent";
    if (!begun || sent !== before || told.length < sent) quiet = -1;
    before = sent;
  }
  await Promise.all(told);
  await page.close();
}

const server = await site();
const browser = await start();
try {
  for (const task of tasks) {
    const address = `http://localhost:${server.address().port}/#${encodeURIComponent(task)}`;
    await run(browser, address);
  }
} finally {
  await browser.close();
  server.close();
}
