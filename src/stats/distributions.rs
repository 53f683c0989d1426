//! Quantiles of the normal, Student's t, gamma and beta distributions.
//!
//! Thin, checked wrappers of `puruspe`: each inverse is verified by its distribution function, and where the fast inverse
//! is off (its iterations are few) bisection takes over, so no argument can make them loop or panic.

use std::f64::consts::SQRT_2;

/// Shape beyond which a gamma quantile is taken from Wilson & Hilferty's cube (relative error below 1e-8 there).
const LARGE_SHAPE: f64 = 1e5;

/// Degrees of freedom beyond which t is normal to nine digits after its first correction.
const LARGE_DF: f64 = 1e6;

/// Relative error of a probability at which a fast inverse is accepted.
const ACCEPTED: f64 = 1e-9;

/// Φ(z), the standard normal distribution function.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * puruspe::erfc(-z / SQRT_2)
}

/// ln(1 - Φ(z)), exact also where the tail is below the smallest positive number.
#[must_use]
pub fn normal_ln_tail(z: f64) -> f64 {
    if z < 1.0 {
        normal_cdf(-z).ln()
    } else {
        -0.5 * z * z + (0.5 * puruspe::erfcx(z / SQRT_2)).ln()
    }
}

/// The z with Φ(z) = `p`.
///
/// ```
/// // scipy.stats.norm.ppf(0.975)
/// assert!((failscape::stats::normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-9);
/// ```
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p < 0.5 {
        -SQRT_2 * puruspe::inverfc(2.0 * p)
    } else {
        SQRT_2 * puruspe::inverfc(2.0 * (1.0 - p))
    }
}

/// The `p` quantile of Student's t with `df` > 0 degrees of freedom, which need not be whole.
///
/// ```
/// // scipy.stats.t.ppf(0.975, 9)
/// assert!((failscape::stats::student_quantile(0.975, 9.0) - 2.262_157_162_798_205).abs() < 1e-8);
/// ```
#[must_use]
pub fn student_quantile(p: f64, df: f64) -> f64 {
    if p < 0.5 {
        return -student_quantile(1.0 - p, df);
    }
    if df > LARGE_DF {
        let z = normal_quantile(p);
        return z + (z * z * z + z) / (4.0 * df);
    }
    let tail = 2.0 * (1.0 - p);
    if tail >= 1.0 {
        return 0.0;
    }
    // P(|T| > t) = I_x(df/2, 1/2) with x = df / (df + t²).
    let tail_at = |t: f64| puruspe::betai(df / 2.0, 0.5, df / (df + t * t));
    bisect_decreasing(1e-9, 1e12, tail, tail_at)
}

/// The `p` quantile of the gamma distribution with `shape` > 0 and scale 1.
///
/// ```
/// // scipy.stats.gamma.ppf(0.025, 3.7)
/// assert!((failscape::stats::gamma_quantile(0.025, 3.7) - 0.940_872_464_377_505_5).abs() < 1e-8);
/// ```
#[must_use]
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if shape > LARGE_SHAPE {
        return wilson_hilferty(shape, normal_quantile(p));
    }
    let fast = puruspe::invgammp(p, shape);
    if fast > 0.0 && fast.is_finite() && (puruspe::gammp(shape, fast) / p - 1.0).abs() < ACCEPTED {
        return fast;
    }
    bisect_decreasing(1e-300, shape + 1e3 * (1.0 + shape.sqrt()), 1.0 - p, |x| {
        1.0 - puruspe::gammp(shape, x)
    })
}

/// The x above which a gamma distribution with `shape` >= 1 and scale 1 has as much probability as a normal one above
/// `z` > 0: works for tails that no floating-point probability can hold.
///
/// ```
/// // scipy.stats.gamma.isf(scipy.stats.norm.sf(6.0), 2.5)
/// let x = failscape::stats::gamma_upper_quantile(6.0, 2.5);
/// assert!((x - 25.360_414_323_397_773).abs() < 1e-6, "{x}");
/// ```
#[must_use]
pub fn gamma_upper_quantile(z: f64, shape: f64) -> f64 {
    if shape > LARGE_SHAPE {
        return wilson_hilferty(shape, z);
    }
    let ln_tail = normal_ln_tail(z);
    let high = 2.0 * (shape + z * z) + 20.0 * (shape.sqrt() * (1.0 + z) + 1.0);
    bisect_decreasing(1e-12, high, ln_tail, |x| ln_gamma_tail(shape, x))
}

/// The `p` quantile of the beta distribution with both parameters above 0.
///
/// ```
/// // scipy.stats.beta.ppf(0.975, 2, 9), the upper end of Clopper and Pearson for 1 of 10
/// assert!((failscape::stats::beta_quantile(0.975, 2.0, 9.0) - 0.445_016_117_028_195).abs() < 1e-9);
/// ```
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let fast = puruspe::invbetai(p, a, b);
    if fast > 0.0 && fast < 1.0 && (puruspe::betai(a, b, fast) / p - 1.0).abs() < ACCEPTED {
        return fast;
    }
    // On the logit scale both tails keep their digits.
    let odds = bisect_decreasing(1e-300, 1e300, 1.0 - p, |odds| {
        1.0 - puruspe::betai(a, b, odds / (1.0 + odds))
    });
    odds / (1.0 + odds)
}

/// Wilson & Hilferty (1931), doi:10.1073/pnas.17.12.684: the cube root of a gamma variable is nearly normal.
fn wilson_hilferty(shape: f64, z: f64) -> f64 {
    let cube_root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt());
    shape * cube_root.max(0.0).powi(3)
}

/// ln Q(a, x), the logarithm of the upper tail of the gamma distribution.
fn ln_gamma_tail(shape: f64, x: f64) -> f64 {
    if x < shape + 1.0 {
        return puruspe::gammq(shape, x).ln();
    }
    // Legendre's continued fraction by Lentz's method (Numerical Recipes, 3rd ed., section 6.2).
    let tiny = 1e-300;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..20_000 {
        let i = f64::from(i);
        let an = -i * (i - shape);
        b += 2.0;
        d = an * d + b;
        if d.abs() < tiny {
            d = tiny;
        }
        c = b + an / c;
        if c.abs() < tiny {
            c = tiny;
        }
        d = 1.0 / d;
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-14 {
            break;
        }
    }
    -x + shape * x.ln() - puruspe::ln_gamma(shape) + h.ln()
}

/// The point of `low..high` (both above 0) at which a decreasing function comes down to `target`, to 14 digits.
fn bisect_decreasing(low: f64, high: f64, target: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..200 {
        // Geometric steps while the bracket spans orders of magnitude.
        let middle = if high > 4.0 * low {
            low.sqrt() * high.sqrt()
        } else {
            low + (high - low) / 2.0
        };
        if function(middle) > target {
            low = middle;
        } else {
            high = middle;
        }
        if high - low <= 1e-14 * high {
            break;
        }
    }
    low + (high - low) / 2.0
}

#[cfg(test)]
mod tests {
    //! References are SciPy 1.17's.
    use super::*;

    fn close(value: f64, reference: f64, relative: f64) {
        assert!(
            (value / reference - 1.0).abs() < relative,
            "{value} is not {reference}"
        );
    }

    #[test]
    fn student_quantiles_equal_scipy() {
        for (df, p90, p975, p995) in [
            (
                1.0,
                3.077_683_537_175_254_4,
                12.706_204_736_174_694,
                63.656_741_162_871_526,
            ),
            (
                1.5,
                2.196_398_417_565_537_6,
                6.016_663_104_427_929,
                17.820_310_514_462_804,
            ),
            (
                2.5,
                1.730_250_928_807_176_6,
                3.574_654_842_003_681_7,
                7.163_728_138_948_783,
            ),
            (
                30.0,
                1.310_415_025_391_395_5,
                2.042_272_456_301_237_8,
                2.749_995_653_567_225_4,
            ),
            (
                1000.0,
                1.282_398_721_460_924_7,
                1.962_339_080_826_408_3,
                2.580_754_698_065_951,
            ),
            (
                999_999.0,
                1.281_552_412_130_785_3,
                1.959_966_356_816_479_1,
                2.575_834_220_110_250_4,
            ),
            (
                1e8,
                1.281_551_574_010_448_2,
                1.959_964_008_262_766_3,
                2.575_829_352_714_377_4,
            ),
        ] {
            close(student_quantile(0.9, df), p90, 1e-8);
            close(student_quantile(0.975, df), p975, 1e-8);
            close(student_quantile(0.995, df), p995, 1e-8);
            close(student_quantile(0.025, df), -p975, 1e-8);
        }
        assert_eq!(student_quantile(0.5, 3.0), 0.0);
    }

    #[test]
    fn gamma_quantiles_equal_scipy() {
        for (shape, low, median, high) in [
            (
                1.0,
                0.025_317_807_984_289_876,
                0.693_147_180_559_945_5,
                3.688_879_454_113_935_4,
            ),
            (
                3.7,
                0.940_872_464_377_505_5,
                3.372_538_013_236_413_3,
                8.312_977_261_150_271,
            ),
            (
                50.0,
                37.110_963_737_461_866,
                49.667_064_617_994_64,
                64.780_598_592_918_3,
            ),
            (
                3000.0,
                2_893.598_620_984_663_3,
                2_999.666_673_251_83,
                3_108.295_639_490_683_2,
            ),
            (
                99_999.0,
                99_380.155_762_730_36,
                99_998.666_666_867_8,
                100_619.738_541_788_1,
            ),
            (
                2e5,
                199_124.424_996_541_17,
                199_999.666_666_765_44,
                200_877.469_308_658_3,
            ),
        ] {
            close(gamma_quantile(0.025, shape), low, 1e-8);
            close(gamma_quantile(0.5, shape), median, 1e-8);
            close(gamma_quantile(0.975, shape), high, 1e-8);
        }
    }

    #[test]
    fn gamma_tails_equal_scipy_where_probabilities_vanish() {
        for (z, shape, reference) in [
            (0.7, 1.0, 1.418_967_761_531_531_5),
            (1.96, 1.0, 3.688_963_651_729_638_5),
            (1.96, 40.0, 53.314_559_302_860_8),
            (1.96, 5000.0, 5_139.537_683_744_134_5),
            (1.96, 99_999.0, 100_619.749_977_893_63),
            (1.96, 2e5, 200_877.485_462_331_5),
            (6.0, 2.5, 25.360_414_323_397_773),
            (12.0, 5000.0, 5_896.825_223_573_599),
            (30.0, 1.0, 454.321_243_956_343_2),
            (30.0, 40.0, 597.044_592_251_573_1),
        ] {
            close(gamma_upper_quantile(z, shape), reference, 1e-7);
        }
    }

    #[test]
    fn beta_quantiles_equal_scipy() {
        for (p, a, b, reference) in [
            (0.975, 2.0, 9.0, 0.445_016_117_028_195_4),
            (0.975, 4.0, 999_997.0, 8.767_247_788_067_677e-6),
            (0.975, 4.0, 9_999_997.0, 8.767_270_541_303_173e-7),
            (0.975, 999_999_991.0, 10.0, 0.999_999_995_204_611_2),
            (0.025, 0.3, 5.2, 6.557_902_906_951_706e-7),
            (0.025, 30_000.0, 2000.0, 0.934_822_101_811_709_8),
            (0.5, 200.0, 0.4, 0.999_273_784_097_293_3),
            (0.025, 19_000.0, 1.0, 0.999_805_867_295_976),
        ] {
            close(beta_quantile(p, a, b), reference, 1e-7);
        }
    }

    #[test]
    fn normal_tails_equal_scipy() {
        for (z, reference) in [
            (0.5, -1.175_911_761_593_618_8),
            (1.0, -1.841_021_645_009_263_4),
            (5.0, -15.064_998_393_988_727),
            (40.0, -804.608_442_013_753_9),
        ] {
            close(normal_ln_tail(z), reference, 1e-7);
        }
        close(normal_quantile(0.025), -1.959_963_984_540_054, 1e-9);
    }
}
