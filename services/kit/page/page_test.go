package page_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
)

var codec = page.NewCodec([]byte("a key of a test, 32 bytes long.."))

func TestTokensComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "values")
		list := page.Sum("ListThings", rapid.String().Draw(t, "parent"))
		token := codec.Encode(list, values...)
		got, err := codec.Decode(list, token, len(values))
		if err != nil || !slices.Equal(got, values) {
			t.Fatalf("%q came back as %q, %v", values, got, err)
		}
		// Any other token is refused.
		i := rapid.IntRange(0, len(token)-1).Draw(t, "at")
		other := token[:i] + rapid.StringOfN(rapid.RuneFrom([]rune("ABCabc019-_ ")), 0, 2, -1).Draw(t, "instead") + token[i+1:]
		if other != token {
			if got, err := codec.Decode(list, other, len(values)); other != "" && !fault.Is(err, fault.ReasonPageTokenInvalid) {
				t.Fatalf("%q was accepted for %q: %q, %v", other, token, got, err)
			}
		}
	})
}

func TestTokensAreOfOneList(t *testing.T) {
	token := codec.Encode(page.Sum("ListThings", "ab", "c"), "x")
	for _, list := range []page.Checksum{page.Sum("ListThings", "a", "bc"), page.Sum("ListThings", "ab"), {}} {
		if _, err := codec.Decode(list, token, 1); !fault.Is(err, fault.ReasonPageTokenInvalid) {
			t.Errorf("another list: %v", err)
		}
	}
	list := page.Sum("ListThings", "ab", "c")
	if _, err := codec.Decode(list, token, 2); !fault.Is(err, fault.ReasonPageTokenInvalid) {
		t.Errorf("another number of values: %v", err)
	}
	if _, err := page.NewCodec([]byte("another key")).Decode(list, token, 1); err == nil {
		t.Error("another key's token was accepted")
	}
	if got, err := codec.Decode(list, "", 1); got != nil || err != nil {
		t.Errorf("the first page: %v, %v", got, err)
	}
}

func TestSize(t *testing.T) {
	for in, want := range map[int32]int{0: 50, 1: 1, 1000: 1000, 1001: 1000, 1 << 30: 1000} {
		if got, err := page.Size(in); err != nil || got != want {
			t.Errorf("%d: %d, %v", in, got, err)
		}
	}
	_, err := page.Size(-1)
	if !fault.Is(err, fault.ReasonFieldInvalid) || fault.From(err).Fields[0].Path != "page_size" {
		t.Errorf("-1: %v", err)
	}
}
