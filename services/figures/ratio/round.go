package ratio

import (
	"math/big"
	"strings"
)

// Mode names how a figure is rounded.
type Mode string

// The rounding modes. The zero Mode means HalfUp.
const (
	HalfUp   Mode = "HALF_UP"   // to the nearest; a tie goes away from zero
	HalfEven Mode = "HALF_EVEN" // to the nearest; a tie goes to the even digit
	Floor    Mode = "FLOOR"     // towards minus infinity
	Ceil     Mode = "CEIL"      // towards plus infinity
	Down     Mode = "DOWN"      // towards zero
	Up       Mode = "UP"        // away from zero
)

// OrDefault is m, or HalfUp for the zero Mode.
func (m Mode) OrDefault() Mode {
	if m == "" {
		return HalfUp
	}
	return m
}

// Valid tells whether m is one of the modes or empty.
func (m Mode) Valid() bool {
	switch m.OrDefault() {
	case HalfUp, HalfEven, Floor, Ceil, Down, Up:
		return true
	}
	return false
}

// Round is a to the given number of decimal places; negative places round to
// tens, hundreds and so on. It panics on an unknown mode.
func (a Ratio) Round(places int, m Mode) Ratio {
	scale := pow10(max(places, -places))
	if places < 0 {
		n := roundQuotient(a.rat().Num(), new(big.Int).Mul(a.rat().Denom(), scale), m)
		return Ratio{new(big.Rat).SetInt(n.Mul(n, scale))}
	}
	n := roundQuotient(new(big.Int).Mul(a.rat().Num(), scale), a.rat().Denom(), m)
	return Ratio{new(big.Rat).SetFrac(n, scale)}
}

// Decimal is a rounded and written with exactly that many places (0 or more).
func (a Ratio) Decimal(places int, m Mode) string {
	places = max(places, 0)
	n := roundQuotient(new(big.Int).Mul(a.rat().Num(), pow10(places)), a.rat().Denom(), m)
	text := new(big.Int).Abs(n).String()
	if places > 0 {
		if short := places + 1 - len(text); short > 0 {
			text = strings.Repeat("0", short) + text
		}
		text = text[:len(text)-places] + "." + text[len(text)-places:]
	}
	if n.Sign() < 0 {
		return "-" + text
	}
	return text
}

// RoundInt is a rounded to a whole number. It panics when the result does not
// fit an int64.
func (a Ratio) RoundInt(m Mode) int64 {
	n := roundQuotient(a.rat().Num(), a.rat().Denom(), m)
	if !n.IsInt64() {
		panic("ratio: " + a.String() + " does not fit an int64")
	}
	return n.Int64()
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// roundQuotient is num/den as a whole number; den is positive.
func roundQuotient(num, den *big.Int, m Mode) *big.Int {
	q, rest := new(big.Int).QuoRem(num, den, new(big.Int))
	if !m.Valid() {
		panic("ratio: unknown rounding mode " + string(m))
	}
	if rest.Sign() == 0 {
		return q
	}
	if outward(q, rest, den, m.OrDefault()) {
		return q.Add(q, big.NewInt(int64(rest.Sign())))
	}
	return q
}

// outward tells whether the quotient, cut towards zero, moves one away from
// zero. The rest is not zero and has the sign of the number.
func outward(q, rest, den *big.Int, m Mode) bool {
	switch m {
	case Floor:
		return rest.Sign() < 0
	case Ceil:
		return rest.Sign() > 0
	case Down:
		return false
	case Up:
		return true
	}
	twice := new(big.Int).Abs(rest)
	switch twice.Lsh(twice, 1).Cmp(den) {
	case -1:
		return false
	case 1:
		return true
	}
	return m == HalfUp || q.Bit(0) == 1
}
