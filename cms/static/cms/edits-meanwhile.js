// When a save by itself has succeeded, Wagtail takes what stands in the form at that moment for what was stored. What
// somebody changed while the save was under way would be called "Saved", and be lost with the page. So what was sent is
// compared with what stands there, and the form is told that it holds something unsaved.
const form = document.querySelector("form[data-edit-form]");
// Set by Wagtail and its answers; comments have a mark of their own for what is unsaved.
const NOT_TYPED = /^(csrfmiddlewaretoken|next|overwrite_revision_id|loaded_revision_.*|comments-.*)$/;
let sent = null;

const read = (data, updated) =>
  JSON.stringify(
    [...data]
      .filter(([name]) => !NOT_TYPED.test(name) && !updated.has(name))
      .map(([name, value]) => [name, value instanceof File ? [value.name, value.size] : value]),
  );

form?.addEventListener("w-autosave:save", ({ detail }) => {
  sent = detail.formData;
});

// At the document, so that Wagtail has answered the event at the form before.
document.addEventListener("w-autosave:success", ({ target, detail }) => {
  if (target !== form || !sent) return;
  const updated = new Set(Object.keys(detail.data.field_updates ?? {}));
  if (read(sent, updated) !== read(new FormData(form), updated)) form.setAttribute("data-w-unsaved-force-value", "true");
});
