import Glean from "@mozilla/glean/web";
import * as notebook from "./generated/notebook.js";
import * as pings from "./generated/pings.js";

const sharing = document.querySelector("#sharing");
sharing.checked = localStorage.getItem("sharing") !== "off";

// SERVER is put in by the bundler. It must begin with https://, even on this machine.
Glean.initialize("org-example-notebook", sharing.checked, {
  serverEndpoint: SERVER,
  channel: "release",
  appDisplayVersion: "1.2.0",
});

sharing.addEventListener("change", () => {
  localStorage.setItem("sharing", sharing.checked ? "on" : "off");
  // Switched off, this sends the deletion request.
  Glean.setUploadEnabled(sharing.checked);
});

notebook.opened.add();
notebook.theme.set(document.body.dataset.theme);
pings.usage.submit(pings.UsageReasonCodes.Closed);
