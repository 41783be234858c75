/* Sending files: dropped or chosen, with how much has gone. Without it the form sends them all the same. */

"use strict";

const upload = () => document.getElementById("upload");

const sizes = (bytes) => {
  const unit = bytes < 1e6 ? "kilobyte" : "megabyte";
  const divisor = bytes < 1e6 ? 1024 : 1048576;
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / divisor);
};

/* What was chosen, by name and size; whether it may be sent. */
const choose = () => {
  const form = upload();
  const files = [...form.querySelector("#files").files];
  const whole = files.reduce((sum, file) => sum + file.size, 0);
  const chosen = form.querySelector("#chosen");
  chosen.replaceChildren(...files.map((file) => {
    const name = document.createElement("bdi");
    name.textContent = file.name;
    const line = document.createElement("span");
    line.append(name, ` ${sizes(file.size)}`);
    return line;
  }));
  const isTooLarge = whole > Number(form.dataset.largest);
  form.querySelector("#too-large").hidden = !isTooLarge;
  return files.length > 0 && !isTooLarge;
};

document.addEventListener("change", (event) => {
  if (event.target.id === "files") choose();
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = upload();
    if (!form || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const isOver = kind !== "drop" && kind !== "dragleave" && Boolean(event.target.closest?.("#drop"));
    form.querySelector("#drop").classList.toggle("over", isOver);
    if (kind !== "drop" || !event.target.closest?.("#drop")) return;
    form.querySelector("#files").files = event.dataTransfer.files;
    choose();
  });
}

document.addEventListener("htmx:confirm", (event) => {
  if (event.target.id === "upload" && !choose()) event.preventDefault();
});

document.addEventListener("htmx:xhr:progress", (event) => {
  if (event.target.id !== "upload" || !event.detail.lengthComputable) return;
  const sending = document.getElementById("sending");
  const { loaded, total } = event.detail;
  sending.hidden = false;
  sending.querySelector("progress").value = (100 * loaded) / total;
  sending.querySelector("#sent").textContent = `${sizes(loaded)} / ${sizes(total)}`;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const sending = document.getElementById("sending");
  if (event.target.id === "upload" && sending && !event.detail.successful) sending.hidden = true;
});
