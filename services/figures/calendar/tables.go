package calendar

import (
	_ "embed" // the tables
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"cloudpact.dev/services/figures/date"
)

//go:embed tables/hk-2026.1.txt
var hk20261 string

//go:embed tables/prc-2026.1.txt
var prc20261 string

// editions is every table that ever shipped, oldest first: what was derived from
// an old one can still be derived again. The last of an id is the current one.
var editions = sync.OnceValue(func() []Calendar {
	return []Calendar{mustRead(hk20261), mustRead(prc20261)}
})

// current is the newest edition of a plain calendar that accept takes.
func current(id string, accept func(version string) bool) (Calendar, bool) {
	for _, c := range slices.Backward(editions()) {
		if c.ID == id && accept(c.Version) {
			return c, true
		}
	}
	return Calendar{}, false
}

func anyVersion(string) bool { return true }

// HongKong is "HK": every day except Saturdays, Sundays and general holidays.
func HongKong() Calendar {
	c, _ := current("HK", anyVersion)
	return c
}

// Mainland is "PRC": Monday to Friday except holidays, and the make-up working
// days of the State Council's notices.
func Mainland() Calendar {
	c, _ := current("PRC", anyVersion)
	return c
}

// ByID finds the newest edition of a shipped calendar: "HK", "PRC", "BOTH" (HK
// and PRC), and the ids of their variants such as "HK;weekend=Sun" and
// "PRC;makeup=off".
func ByID(id string) (Calendar, bool) { return shipped(id, anyVersion) }

// ByVersion finds the edition of a shipped calendar that a result names. The
// version of a combination is those of its parts: "HK-2026.1+PRC-2026.1".
func ByVersion(id, version string) (Calendar, bool) {
	parts := strings.Split(version, "+")
	c, ok := shipped(id, func(v string) bool { return slices.Contains(parts, v) })
	return c, ok && c.Version == version
}

func shipped(id string, accept func(version string) bool) (Calendar, bool) {
	return Resolve(id, func(base string) (Calendar, bool) {
		if base != "BOTH" {
			return current(base, accept)
		}
		hk, okHK := current("HK", accept)
		prc, okPRC := current("PRC", accept)
		return Both(hk, prc), okHK && okPRC
	})
}

// Resolve finds a calendar, a variant or a combination by its id, taking the
// plain calendars that it is made of from base.
func Resolve(id string, base func(id string) (Calendar, bool)) (Calendar, bool) {
	if left, right, ok := strings.Cut(id, "&"); ok {
		a, okA := Resolve(left, base)
		b, okB := Resolve(right, base)
		return Both(a, b), okA && okB
	}
	options := strings.Split(id, ";")
	c, ok := base(options[0])
	for _, option := range options[1:] {
		if ok {
			c, ok = vary(c, option)
		}
	}
	return c, ok
}

func vary(c Calendar, option string) (Calendar, bool) {
	if option == "makeup=off" {
		return c.WithoutMakeUp(), true
	}
	names, ok := strings.CutPrefix(option, "weekend=")
	if !ok {
		return c, false
	}
	if names == "none" {
		return c.WithWeekend(), true
	}
	days, err := weekdays(strings.Split(names, "+"))
	if err != nil || len(weekendSet(days)) > 6 {
		return c, false
	}
	return c.WithWeekend(days...), true
}

func weekdays(names []string) ([]time.Weekday, error) {
	var days []time.Weekday
	for _, name := range names {
		at := strings.Index("SunMonTueWedThuFriSat", name)
		if len(name) != 3 || at%3 != 0 {
			return nil, fmt.Errorf("calendar: %q is no day of the week", name)
		}
		days = append(days, time.Weekday(at/3))
	}
	return days, nil
}

// mustRead reads a shipped table; a bad one is a fault of the build.
func mustRead(table string) Calendar {
	s, err := read(table)
	if err != nil {
		panic(err)
	}
	c, err := New(s)
	if err != nil {
		panic(err)
	}
	return c
}

// read takes lines of a keyword and its values: id, version, published (first
// day, day after the last), weekend, and for each year "off" and "on" with the
// days as month-day. Lines that begin with # are comments.
func read(table string) (Spec, error) {
	var s Spec
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if err := s.line(f[0], f[1:]); err != nil {
			return s, fmt.Errorf("calendar: line %q: %w", strings.TrimSpace(line), err)
		}
	}
	return s, nil
}

func (s *Spec) line(key string, v []string) (err error) {
	if len(v) == 0 {
		return fmt.Errorf("no value")
	}
	switch key {
	case "id":
		s.ID = v[0]
	case "version":
		s.Version = v[0]
	case "weekend":
		s.Weekend, err = weekdays(v)
	case "published":
		var days []date.Date
		if days, err = dates("", v); err == nil && len(days) == 2 {
			s.Published = date.Span{From: days[0], To: days[1]}
		}
	case "off", "on":
		list := &s.Off
		if key == "on" {
			list = &s.On
		}
		var days []date.Date
		days, err = dates(v[0]+"-", v[1:])
		*list = append(*list, days...)
	default:
		err = fmt.Errorf("unknown keyword")
	}
	return err
}

func dates(prefix string, texts []string) ([]date.Date, error) {
	var all []date.Date
	for _, t := range texts {
		d, err := date.Parse(prefix + t)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}
