// Wagtail takes what stands in the form two seconds after loading for what was stored. What somebody types before that
// would neither be saved by itself nor missed when they leave, so the form is told that it holds something unsaved.
const form = document.querySelector("form[data-edit-form]");
let watched = false;
let typed = false;

form?.addEventListener("w-unsaved:watch-edits", () => {
  if (!watched && typed) form.setAttribute("data-w-unsaved-force-value", "true");
  watched = true;
});

for (const name of ["input", "paste", "drop"]) {
  form?.addEventListener(
    name,
    (event) => {
      if (!watched && event.isTrusted) typed = true;
    },
    { capture: true },
  );
}
