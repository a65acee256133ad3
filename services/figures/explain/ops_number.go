package explain

import (
	"fmt"

	"cloudpact.dev/services/figures/ratio"
)

func first(_ env, in []value) (value, error) {
	v := in[0]
	if v.kind != word {
		v.text = ""
	}
	return v, nil
}

func numeric(f func(a, b ratio.Ratio) ratio.Ratio) func(env, []value) (value, error) {
	return func(_ env, in []value) (value, error) { return numberOf(f(in[0].num, in[1].num)), nil }
}

func divide(_ env, in []value) (value, error) {
	if in[1].num.IsZero() {
		return value{}, fmt.Errorf("division by zero")
	}
	return numberOf(in[0].num.Div(in[1].num)), nil
}

func power(_ env, in []value) (value, error) {
	n, err := whole(in[1], maxBits)
	if err != nil || n < 0 {
		return value{}, fmt.Errorf("the exponent is not a whole number from 0 to %d", maxBits)
	}
	if in[0].num.Bits()*n > 2*maxBits {
		return value{}, fmt.Errorf("the number is too large")
	}
	return numberOf(in[0].num.Pow(n)), nil
}

func sum(_ env, in []value) (value, error) {
	total := ratio.Ratio{}
	for _, v := range in {
		total = total.Add(v.num)
	}
	return numberOf(total), nil
}

func extreme(side int) func(env, []value) (value, error) {
	return func(_ env, in []value) (value, error) {
		best := in[0]
		for _, v := range in[1:] {
			if v.kind != best.kind {
				return value{}, fmt.Errorf("%s beside %s", kindNames[v.kind], kindNames[best.kind])
			}
			if v.compare(best)*side > 0 {
				best = v
			}
		}
		best.text = ""
		return best, nil
	}
}

func extremeTime(side int) func(env, []value) (value, error) {
	pick := extreme(side)
	return func(e env, in []value) (value, error) {
		if k := in[0].kind; k != day && k != instant {
			return value{}, fmt.Errorf("%s is neither a date nor an instant", kindNames[k])
		}
		return pick(e, in)
	}
}

func round(e env, in []value) (value, error) {
	r := *e.rounding
	if r.Mode == "" || !r.Mode.Valid() || r.Places > 100 || r.Places < -100 {
		return value{}, fmt.Errorf("bad rounding %q to %d places", r.Mode, r.Places)
	}
	return numberOf(in[0].num.Round(r.Places, r.Mode)), nil
}

func compare(holds func(int) bool) func(env, []value) (value, error) {
	return func(_ env, in []value) (value, error) {
		if in[0].kind != in[1].kind || in[0].kind == pending {
			return value{}, fmt.Errorf("%s compared with %s", kindNames[in[0].kind], kindNames[in[1].kind])
		}
		if holds(in[0].compare(in[1])) {
			return countOf(1), nil
		}
		return countOf(0), nil
	}
}

func choose(_ env, in []value) (value, error) {
	if in[0].kind != number {
		return value{}, fmt.Errorf("the condition is %s", kindNames[in[0].kind])
	}
	if in[0].num.IsZero() {
		return first(env{}, in[2:])
	}
	return first(env{}, in[1:])
}

func tier(_ env, in []value) (value, error) {
	if len(in)%2 == 0 {
		return value{}, fmt.Errorf("a tier without a result")
	}
	x, at := in[0].num, -1
	for i := 1; i < len(in); i += 2 {
		if i > 1 && in[i].num.Cmp(in[i-2].num) <= 0 {
			return value{}, fmt.Errorf("tiers are not ascending")
		}
		if in[i].num.Cmp(x) <= 0 {
			at = i
		}
	}
	if at < 0 {
		return value{}, fmt.Errorf("%s is below the first tier", x)
	}
	return numberOf(in[at+1].num), nil
}

// whole is v as an int of at most limit, either sign.
func whole(v value, limit int64) (int, error) {
	n, ok := v.num.Int64()
	if !ok || n > limit || n < -limit {
		return 0, fmt.Errorf("%s is not a whole number up to %d", v.num, limit)
	}
	return int(n), nil
}
