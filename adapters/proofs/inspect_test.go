package proofs_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"kaitong/adapters/proofs"
	"kaitong/bot"
)

func jpegOf(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pdfOf(body string) []byte {
	return []byte("%PDF-1.4\n" + body + "\nxref\n0 1\ntrailer<</Size 1>>\nstartxref\n9\n%%EOF\n")
}

func zipOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if _, err := w.Create("payload.exe"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// side is a chunk of a PNG.
func side(kind string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, kind...), body...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// behindHead puts bytes behind the first chunk of a PNG, or the first marker of a JPEG.
func behindHead(data []byte, at int, more []byte) []byte {
	return append(append(bytes.Clone(data[:at]), more...), data[at:]...)
}

// sized rewrites the height and the width that a PNG claims.
func sized(data []byte, width, height uint32) []byte {
	data = bytes.Clone(data)
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

// tall rewrites the size that a JPEG claims.
func tall(data []byte) []byte {
	data = bytes.Clone(data)
	at := bytes.Index(data, []byte{0xff, 0xc0}) + 5
	copy(data[at:], []byte{0xff, 0xff, 0xff, 0xff})
	return data
}

// frameOf is the part of a JPEG that says how large it is.
func frameOf(t testing.TB, data []byte) []byte {
	t.Helper()
	at := bytes.Index(data, []byte{0xff, 0xc0})
	if at < 0 {
		t.Fatal("no frame")
	}
	return data[at : at+2+int(binary.BigEndian.Uint16(data[at+2:]))]
}

// comment is a comment of a JPEG.
func comment(text string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(len(text)+2)), text...)
}

const pngHead = 8 + 25

func TestInspect(t *testing.T) {
	t.Parallel()
	picture, drawing, paper := jpegOf(t, 40, 30), pngOf(t, 40, 30), pdfOf("1 0 obj<</Type/Catalog>>endobj")
	scan := picture[bytes.Index(picture, []byte{0xff, 0xda}) : len(picture)-2]
	for _, test := range []struct {
		name string
		data []byte
		kind string
		err  error
	}{
		{"a picture", picture, proofs.TypeJPEG, nil},
		{"a drawing", drawing, proofs.TypePNG, nil},
		{"a paper", paper, proofs.TypePDF, nil},
		{"a picture with a comment", behindHead(picture, 2, comment("Canon")), proofs.TypeJPEG, nil},
		{"a drawing with a small profile", behindHead(drawing, pngHead, side("iCCP", make([]byte, 3000))), proofs.TypePNG, nil},

		{"nothing", nil, "", bot.ErrProofSize},
		{"too much", append(bytes.Clone(picture), make([]byte, proofs.MaxBytes)...), "", bot.ErrProofSize},
		{"text", []byte("hello"), "", bot.ErrProofKind},
		{"a program", []byte("MZ\x90\x00 This program cannot be run"), "", bot.ErrProofKind},
		{"a page", []byte("<html><script>alert(1)</script>"), "", bot.ErrProofKind},
		{"a drawing of vectors", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "", bot.ErrProofKind},
		{"an archive", zipOf(t), "", bot.ErrProofKind},
		{"another picture", []byte("GIF89a\x01\x00\x01\x00"), "", bot.ErrProofKind},
		{"a paper that begins late", append([]byte("\n"), paper...), "", bot.ErrProofKind},
		{"the head of a picture", picture[:20], "", bot.ErrProofKind},
		{"half a picture", picture[:len(picture)-4], "", bot.ErrProofKind},
		{"half a drawing", drawing[:len(drawing)-4], "", bot.ErrProofKind},
		{"half a paper", paper[:len(paper)-8], "", bot.ErrProofKind},
		{"a drawing with a wrong sum", append(bytes.Clone(drawing[:len(drawing)-1]), 0), "", bot.ErrProofKind},
		{"a picture that is none", []byte("\xff\xd8\xff\xe0 and then nothing that means anything"), "", bot.ErrProofKind},

		{"a drawing too large to be drawn", sized(drawing, 50_000, 50_000), "", bot.ErrProofUnsafe},
		{"a drawing too wide", sized(drawing, 20_000, 1), "", bot.ErrProofUnsafe},
		{"a drawing with overflowing sides", sized(drawing, 1<<31-1, 1<<31-1), "", bot.ErrProofKind},
		{"a picture too large to be drawn", tall(picture), "", bot.ErrProofUnsafe},
		{"a picture with scans without end", behindHead(picture, len(picture)-2, bytes.Repeat(scan, 150)), "", bot.ErrProofUnsafe},
		{"a drawing with a text that unfolds", behindHead(drawing, pngHead, side("zTXt", make([]byte, 100_000))), "", bot.ErrProofUnsafe},
		{"an archive behind a picture", append(bytes.Clone(picture), zipOf(t)...), "", bot.ErrProofUnsafe},
		{"an archive behind a paper", append(bytes.Clone(paper), zipOf(t)...), "", bot.ErrProofUnsafe},
		{"an archive inside a paper", pdfOf(string(zipOf(t))), "", bot.ErrProofUnsafe},
		{"an archive behind a drawing", append(bytes.Clone(drawing), zipOf(t)...), "", bot.ErrProofUnsafe},
		{"a page in a picture", behindHead(picture, 2, comment("<ScRiPt>alert(1)</script>")), "", bot.ErrProofUnsafe},
		{"a paper in a picture", behindHead(picture, 2, comment("%PDF-1.4")), "", bot.ErrProofUnsafe},
		{"a paper with a program", pdfOf("1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"), "", bot.ErrProofUnsafe},
		{"a paper with a program in disguise", pdfOf("1 0 obj<</S/J#61va#53cript/JS(app.alert(1))>>endobj"), "", bot.ErrProofUnsafe},
		{"a paper with half a disguise at its end", append(pdfOf("1 0 obj<<>>endobj"), '#', '4'), proofs.TypePDF, nil},
		{"a paper with a film", pdfOf("1 0 obj<</Subtype/RichMedia>>endobj"), "", bot.ErrProofUnsafe},
		{"a picture with two sizes", behindHead(picture, len(picture)-2, frameOf(t, tall(picture))), "", bot.ErrProofUnsafe},
		{"a picture that grows", behindHead(picture, len(picture)-2, []byte{0xff, 0xdc, 0, 4, 0xff, 0xff}), "", bot.ErrProofUnsafe},
		{"a drawing with two sizes", behindHead(drawing, pngHead, drawing[8:pngHead]), "", bot.ErrProofUnsafe},
		{"another archive in a picture", behindHead(picture, 2, comment("Rar!\x1a\x07\x01\x00")), "", bot.ErrProofUnsafe},
		{"yet another archive in a drawing", behindHead(drawing, pngHead, side("prVt", []byte("7z\xbc\xaf\x27\x1c\x00\x04"))), "", bot.ErrProofUnsafe},
		{"a paper with a file", pdfOf("1 0 obj<</Type/EmbeddedFile>>endobj"), "", bot.ErrProofUnsafe},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			kind, kept, err := proofs.Inspect(test.data)
			if kind != test.kind || !errors.Is(err, test.err) {
				t.Errorf("%q, %v; want %q, %v", kind, err, test.kind, test.err)
			}
			if err == nil && !bytes.Equal(kept, test.data) {
				t.Error("something was left out")
			}
		})
	}
}

// What phones append to a picture is not kept, nor what anybody else does.
func TestInspectKeepsTheFirstPicture(t *testing.T) {
	t.Parallel()
	picture := jpegOf(t, 40, 30)
	_, kept, err := proofs.Inspect(append(append(bytes.Clone(picture), jpegOf(t, 10, 10)...), strings.Repeat("x", 100)...))
	if err != nil || !bytes.Equal(kept, picture) {
		t.Errorf("kept %d bytes of %d, %v", len(kept), len(picture), err)
	}
}

// Whatever is taken is one of three kinds, is no larger than what came, and is
// taken again as it was kept.
func FuzzInspect(f *testing.F) {
	for _, seed := range [][]byte{jpegOf(f, 8, 8), pngOf(f, 8, 8), pdfOf("x"), pdfOf("/J#61vaScript #4"), zipOf(f), tall(jpegOf(f, 8, 8)), {0xff, 0xd8, 0xff}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, kept, err := proofs.Inspect(data)
		if err != nil {
			return
		}
		again, same, err := proofs.Inspect(kept)
		if len(kept) > len(data) || err != nil || again != kind || !bytes.Equal(same, kept) {
			t.Errorf("kept %d of %d bytes as %s; again %s, %v", len(kept), len(data), kind, again, err)
		}
	})
}
