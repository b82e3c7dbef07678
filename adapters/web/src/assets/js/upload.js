// A file that is dropped on the page is sent at once, with a bar that says how much of it has arrived.

const form = document.getElementById("upload");
const field = form?.querySelector("input[type=file]");
const bar = document.getElementById("uploaded");

function send(file) {
  const data = new FormData();
  // The token comes before the file.
  data.append("csrf", form.elements.csrf.value);
  data.append("file", file);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  // Where the server leads is where the browser goes; a refusal is shown as the server says it.
  request.addEventListener("load", () => {
    if (request.status < 400) {
      location.assign(request.responseURL);
    } else {
      const said = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("main");
      if (said) document.getElementById("main").replaceWith(said);
      else location.reload();
    }
  });
  request.addEventListener("error", () => form.submit());
  request.open("POST", form.action);
  request.send(data);
  bar.hidden = false;
  form.classList.remove("over");
}

if (form && field && bar) {
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) send(file);
  });
  form.addEventListener("submit", (event) => {
    const [file] = field.files;
    if (!file) return;
    event.preventDefault();
    send(file);
  });
}
