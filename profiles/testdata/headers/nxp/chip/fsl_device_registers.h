/* a chip with one LTC unit and no operating system */
#define FSL_FEATURE_SOC_LTC_COUNT (1)
