/* Pages of results ask again and again whether they are the newest. Only an answer that says so lets a page call itself
   up to date; no answer, or a newer change that is not computed yet, takes the words back. */

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const group = detail.elt.dataset?.asksFor;
  if (!group) return;
  const newest = detail.xhr.status === 204 ? detail.xhr.getResponseHeader("X-Newest-Change") : null;
  for (const line of document.querySelectorAll(`.freshness[data-group="${group}"]`)) {
    line.classList.toggle("is-newest", newest === line.dataset.change);
  }
});
