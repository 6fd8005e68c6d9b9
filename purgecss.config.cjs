// What of Bootstrap our pages, and crispy's, can name: `make css` writes it to static/css/bootstrap.
const crispy = ".venv/lib/python*/site-packages/crispy";

module.exports = {
  css: ["node_modules/bootstrap/dist/css/bootstrap.min.css", "node_modules/bootstrap/dist/css/bootstrap.rtl.min.css"],
  content: [
    "templates/**/*.html",
    "static/js/**/*.js",
    "{bookings,clinic,therapists}/**/*.py",
    `${crispy}_bootstrap5/**/*.{html,py}`,
    `${crispy}_forms/{bootstrap,helper,layout,layout_slice,utils}.py`,
    `${crispy}_forms/templatetags/*.py`,
  ],
  keyframes: true,
};
