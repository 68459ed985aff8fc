// Light or dark, before anything is drawn: as chosen here before, else as the system has it.
(() => {
  const chosen = localStorage.getItem("mnemos-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
