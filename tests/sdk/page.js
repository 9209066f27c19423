// The page of a program that believes more to be declared than the server's definitions say. Its
// address carries what to do after the `#`: {planted, tags, sharing, leave}, the last three if any.

import Glean from "@mozilla/glean/web";
import * as canary from "./generated/canary.js";
import * as pings from "./generated/pings.js";

const task = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const { planted } = task;

// With a tag, pings go with `fetch` and headers of their own; else with `sendBeacon`.
if (task.tags) Glean.setSourceTags(task.tags);
Glean.initialize("org-example-canary", task.sharing ?? true, {
  serverEndpoint: SERVER,
  channel: "release",
  appBuild: "20260821",
  appDisplayVersion: "1.2.3",
});
if (task.leave) Glean.setUploadEnabled(false);

canary.kept.set(planted.kept);
canary.kinds.set([planted.kinds, planted.long + "x".repeat(200) + planted.tail]);
canary.tag.set(planted.tag);
canary.mistyped.set([planted.mistyped]);
for (const name of ["note", "past", "undeclared", "unreviewed"]) canary[name].set(planted[name]);
canary.errors.disk.add(1);
canary.errors[planted.label].add(2);
canary.pressed.record({ button: planted.button, words: planted.words });
pings.canaries.submit(pings.CanariesReasonCodes.Asked);
pings.waiting.submit();
pings.stranger.submit();
document.title = "sent";
