// The browser's speech synthesis and speech recognition, if it has them.

const PACE = 1.15; // about twenty characters a second, as the voice of a call

export class Speaker {
  able = "speechSynthesis" in window;
  on = this.able && localStorage.getItem("voice") !== "off";

  toggle() {
    this.on = !this.on;
    localStorage.setItem("voice", this.on ? "on" : "off");
    if (!this.on) this.hush();
  }

  // Speak a clause after the clauses in the queue.
  speak(text, language) {
    if (!this.on || !text.trim()) return;
    const utterance = new SpeechSynthesisUtterance(text.trim());
    utterance.rate = PACE;
    if (language) utterance.lang = language;
    speechSynthesis.speak(utterance);
  }

  // Stop speaking at once.
  hush() {
    if (this.able) speechSynthesis.cancel();
  }
}

export class Microphone {
  #recognition = null;
  #on = false;

  // `words` is called with what was recognised so far, `said` with a finished sentence.
  constructor({ words, said }) {
    const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
    this.able = Recognition !== undefined;
    if (!this.able) return;
    this.#recognition = new Recognition();
    this.#recognition.continuous = true;
    this.#recognition.interimResults = true;
    this.#recognition.addEventListener("result", (event) => {
      const result = event.results[event.results.length - 1];
      const text = result[0].transcript;
      words(result.isFinal ? "" : text);
      if (result.isFinal) said(text);
    });
    this.#recognition.addEventListener("end", () => this.#on && this.#recognition.start());
    this.#recognition.addEventListener("error", (event) => {
      if (event.error !== "no-speech") this.#on = false;
    });
  }

  toggle() {
    if (this.#on) this.stop();
    else this.#start();
    return this.#on;
  }

  #start() {
    this.#on = true;
    this.#recognition.start();
  }

  stop() {
    if (!this.#on) return;
    this.#on = false;
    this.#recognition.stop();
  }
}
