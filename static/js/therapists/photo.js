/* Makes a photo small before it is sent, since no page takes more than two megabytes. */
(() => {
  const LONGEST = 1600, QUALITY = 0.85, MOST_BYTES = 1_900_000;
  const input = document.querySelector("[data-photo]");
  if (!input) return;
  const button = document.querySelector("[data-add-photo]");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.setCustomValidity("");
    if (!file) return;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), {
        width: Math.round(picture.width * scale), height: Math.round(picture.height * scale),
      });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
      const files = new DataTransfer();
      files.items.add(new File([small], "photo.jpg", { type: "image/jpeg" }));
      input.files = files.files;
    } catch { // the server says what is wrong with it, if it takes as much
      if (file.size > MOST_BYTES) input.setCustomValidity(input.dataset.unreadable);
    }
    button.click();
  });
  // The note's form is not validated, since nothing of a note is required.
  button.addEventListener("click", (event) => { if (!input.reportValidity()) event.preventDefault(); });
})();
