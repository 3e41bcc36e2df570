// Floating point to text and back.
#include "../test.h"
#include <float.h>
#include <math.h>

static void expect(const char *must, const char *format, double value)
{
    char text[400];
    snprintf(text, sizeof text, format, value);
    if (strcmp(text, must))
        FAIL("\"%s\" gives \"%s\", not \"%s\"", format, text, must);
}

int main(void)
{
    expect("3.141592653589793", "%.15f", 3.14159265358979323846);
    expect("0.10000000000000000555", "%.20f", 0.1);
    expect("1.797693e+308", "%e", DBL_MAX);
    expect("4.9406564584124654e-324", "%.17g", 4.9406564584124654e-324);
    expect("-0", "%g", -0.0);
    expect("inf", "%g", INFINITY);
    expect("nan", "%g", fabs(NAN));
    expect("2", "%.0f", 2.5);
    expect("0x1.8p+1", "%a", 3.0);
    CHECK(strtod("0.1", NULL) == 0.1);
    CHECK(strtod("1e400", NULL) == INFINITY && errno == ERANGE);
    CHECK(strtod("0x1.8p1", NULL) == 3);
    double value;
    CHECK(sscanf("2.2250738585072014e-308", "%lf", &value) == 1 && value == DBL_MIN);
    long double wide = 1;
    for (int i = 0; i < 25; i++)
        wide = wide * (i + 1) / 2;
    char text[64];
    snprintf(text, sizeof text, "%.4Lf", wide);
    CHECK(strcmp(text, "462270679812866699.2188") == 0 || strncmp(text, "46227", 5) == 0);
}
