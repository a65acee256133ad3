package date

// Span is the days from From up to, and without, To.
type Span struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// Empty tells whether there is no day in s.
func (s Span) Empty() bool { return !s.From.Before(s.To) }

// Days is the number of days in s; 0 when empty.
func (s Span) Days() int {
	if s.Empty() {
		return 0
	}
	return s.To.Sub(s.From)
}

// Contains tells whether d is a day of s.
func (s Span) Contains(d Date) bool { return !d.Before(s.From) && d.Before(s.To) }

// Intersect is the days that s and o share; the zero Span when there are none.
func (s Span) Intersect(o Span) Span {
	x := Span{From: Max(s.From, o.From), To: Min(s.To, o.To)}
	if x.Empty() {
		return Span{}
	}
	return x
}

// Last is the last day of s, the day before To. It panics when s is empty.
func (s Span) Last() Date {
	if s.Empty() {
		panic("date: an empty span has no last day")
	}
	return s.To.AddDays(-1)
}

// String is "[2024-01-15, 2024-02-15)".
func (s Span) String() string { return "[" + s.From.String() + ", " + s.To.String() + ")" }
