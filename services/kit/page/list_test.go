package page_test

import (
	"fmt"
	"testing"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
)

// TestListsEnd: page by page, every row comes once, and there is no page after
// the last row.
func TestListsEnd(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e", "f"}
	for size, want := range map[int32]string{1: "[a][b][c][d][e][f]", 2: "[a b][c d][e f]", 4: "[a b c d][e f]", 6: "[a b c d e f]", 0: "[a b c d e f]"} {
		got, token := "", ""
		for {
			l, err := codec.Open(size, token, 2, "ListLetters", "parent")
			if err != nil {
				t.Fatal(err)
			}
			from := 0
			for from < len(all) && all[from] <= l.First() {
				from++
			}
			rows, next := page.Cut(l, all[from:min(from+l.Limit(), len(all))], func(i int) []string { return []string{all[from+i], "second"} })
			got += fmt.Sprint(rows)
			if token = next; token == "" {
				break
			}
		}
		if got != want {
			t.Errorf("by %d: %s, want %s", size, got, want)
		}
	}
}

func TestListsRefuse(t *testing.T) {
	if _, err := codec.Open(-1, "", 1, "ListLetters"); !fault.Is(err, fault.ReasonFieldInvalid) {
		t.Errorf("a negative size: %v", err)
	}
	token := codec.Encode(page.Sum("ListLetters", "parent"), "a")
	for name, open := range map[string]func() (page.List, error){
		"another parent": func() (page.List, error) { return codec.Open(0, token, 1, "ListLetters", "other") },
		"another width":  func() (page.List, error) { return codec.Open(0, token, 2, "ListLetters", "parent") },
	} {
		if _, err := open(); !fault.Is(err, fault.ReasonPageTokenInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
