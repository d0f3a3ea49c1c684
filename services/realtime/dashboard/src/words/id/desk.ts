/** Kata-kata daftar, obrolan, dan kendali selebihnya dalam bahasa Indonesia. */
import type { Words } from "../en";

export const desk: Words["desk"] = {
  reasons: {
    ai_asked: "AI meminta bantuan manusia",
    user_asked: "pengguna meminta bantuan manusia",
    released: "dikembalikan oleh rekan",
    agent_away: "agennya tidak di tempat",
    agent_disabled: "akun agennya dinonaktifkan",
    priority_high: "prioritas tinggi",
    priority_urgent: "mendesak",
    unanswered: "belum dijawab",
    anger: "kata-kata marah",
    ai_repeats: "AI mengulang jawabannya",
    user_repeats: "pengguna mengulang pertanyaannya",
  },
  request: { dismiss: "Abaikan permintaan", dismissing: "Mengabaikan…" },
  looking: (names) => `${names}: sedang melihat percakapan ini`,
  views: {
    save: "Simpan tampilan",
    title: "Simpan tampilan ini",
    lead: "Pencarian, saringan, dan urutan diberi nama. Hanya Anda yang melihatnya, di peramban ini.",
    name: "Nama",
    submit: "Simpan",
    remove: (name) => `Hapus tampilan ${name}`,
  },
  platform: {
    short: "Platform tidak terhubung",
    head: (name) => `${name}: platformnya tidak terhubung. Tulisan Anda menunggu sampai terhubung lagi.`,
    waiting: "Menunggu platform",
    handBack: (name) => `Platform ${name} tidak terhubung, jadi tidak ada yang akan menjawab. Tekan Serahkan sekali lagi untuk tetap menyerahkan.`,
  },
  away: { returns: (name, time) => `${name} tidak di tempat · kembali ke antrean dalam ${time}`, short: (time) => `pergi · antrean dalam ${time}`, soon: "sesaat lagi" },
  leftWaiting: { line: (age) => `Tanpa jawaban ${age}`, title: "Pengguna menunggu jawaban lebih lama daripada yang diinginkan ruang kerja Anda." },
  missingMessage: "Tautan ini menuju pesan yang tidak ada.",
  undo: { line: (name) => `Diteruskan kepada ${name}. Anda dapat menariknya kembali sampai ia menulis.` },
  find: {
    open: "Cari dalam percakapan",
    label: "Cari dalam percakapan ini",
    placeholder: "Kata dalam percakapan ini",
    close: "Tutup pencarian",
    none: "Tidak ditemukan.",
    found: (count, more) => `${count}${more ? "+" : ""} ditemukan`,
    note: "Catatan",
    results: "Pesan yang ditemukan",
  },
  jump: { start: "Ke awal", control: "Ke perubahan kendali terakhir", copy: "Salin tautan percakapan ini", message: "Tautan ke pesan ini" },
};
